// SPDX-License-Identifier: Apache-2.0
#include "output/backups.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <memory>
#include <set>

#include "base/file.h"

namespace pwru::output {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStampShape = "0000-00-00T00-00-00.000";
constexpr std::string_view kGzip = ".gz";
constexpr size_t kChunkBytes = 256 << 10;

using GzipFile = std::unique_ptr<gzFile_s, Deleter<gzclose>>;

std::string stamp_of(BackupTime time) {
  const int64_t ms = time.time_since_epoch().count();
  const auto seconds = static_cast<time_t>(ms / 1000);
  tm local = {};
  ::localtime_r(&seconds, &local);
  return fmt::format("{:04}-{:02}-{:02}T{:02}-{:02}-{:02}.{:03}", local.tm_year + 1900,
                     local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec,
                     ms % 1000);
}

bool is_stamp(std::string_view text) {
  if (text.size() != kStampShape.size()) return false;
  for (size_t i = 0; i < text.size(); i++) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (kStampShape[i] == '0' ? !is_digit : text[i] != kStampShape[i]) return false;
  }
  return true;
}

// What stands before and behind the stamp in the names of backups.
struct NameParts {
  std::string prefix;
  std::string extension;
};

NameParts parts_of(const std::string& path) {
  const fs::path file = path;
  return {file.stem().string() + "-", file.extension().string()};
}

Result<> compress_to(int in, gzFile out, const std::string& name) {
  const auto chunk = std::make_unique_for_overwrite<char[]>(kChunkBytes);
  for (;;) {
    const ssize_t n = ::read(in, chunk.get(), kChunkBytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return sys_fail("read " + name + " to compress it");
    if (n == 0) return {};
    if (::gzwrite(out, chunk.get(), static_cast<unsigned>(n)) != n)
      return sys_fail("write " + name + std::string(kGzip));
  }
}

// A name.gz that a killed process left half done is written anew: name is still there then.
Result<> write_gzip(const std::string& path, const std::string& gzip_path) {
  PWRU_ASSIGN(const UniqueFd in, open_file(path, O_RDONLY));
  struct stat st = {};
  if (::fstat(in.get(), &st) != 0) return sys_fail("stat " + path);
  PWRU_ASSIGN(UniqueFd fd,
              open_file(gzip_path, O_WRONLY | O_CREAT | O_TRUNC, st.st_mode & ALLPERMS));
  GzipFile out(::gzdopen(fd.get(), "wb"));
  if (!out) return fail("compress " + path + ": zlib has no memory");
  std::ignore = fd.release();  // zlib closes it
  PWRU_TRY(compress_to(in.get(), out.get(), path));
  if (::gzclose(out.release()) != Z_OK) return sys_fail("write " + gzip_path);
  return {};
}

Result<> compress(const std::string& path) {
  const std::string gzip_path = path + std::string(kGzip);
  if (auto written = write_gzip(path, gzip_path); !written) {
    ::unlink(gzip_path.c_str());
    return written;
  }
  if (::unlink(path.c_str()) != 0) return sys_fail("remove " + path + ", which is compressed now");
  return {};
}

// A backup that is there plain and compressed counts once.
std::vector<Backup> unwanted(const std::vector<Backup>& newest_first, const BackupPolicy& policy,
                             BackupTime now) {
  const std::string oldest_stamp = stamp_of(now - std::chrono::days(policy.max_age_days));
  std::set<std::string> kept;
  std::vector<Backup> result;
  for (const Backup& backup : newest_first) {
    kept.insert(backup.stamp);
    const bool is_too_many = policy.max_backups && kept.size() > policy.max_backups;
    const bool is_too_old = policy.max_age_days && backup.stamp < oldest_stamp;
    if (is_too_many || is_too_old) result.push_back(backup);
  }
  return result;
}

}  // namespace

std::string backup_name(const std::string& path, BackupTime time) {
  const auto [prefix, extension] = parts_of(path);
  return (fs::path(path).parent_path() / (prefix + stamp_of(time) + extension)).string();
}

std::vector<Backup> find_backups(const std::string& path) {
  const auto [prefix, extension] = parts_of(path);
  const fs::path folder = fs::path(path).parent_path();
  std::vector<Backup> backups;
  std::error_code ignored;  // a folder that cannot be read has no backups that could be removed
  for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, ignored)) {
    std::string name = entry.path().filename().string();
    Backup backup = {entry.path().string(), {}, name.ends_with(kGzip)};
    if (backup.is_compressed) name.resize(name.size() - kGzip.size());
    if (name.size() != prefix.size() + kStampShape.size() + extension.size()) continue;
    backup.stamp = name.substr(prefix.size(), kStampShape.size());
    if (name.starts_with(prefix) && name.ends_with(extension) && is_stamp(backup.stamp))
      backups.push_back(std::move(backup));
  }
  std::sort(backups.begin(), backups.end(),
            [](const Backup& a, const Backup& b) { return a.stamp > b.stamp; });
  return backups;
}

Result<> tidy_backups(const std::string& path, const BackupPolicy& policy, BackupTime now) {
  for (const Backup& backup : unwanted(find_backups(path), policy, now)) {
    if (::unlink(backup.path.c_str()) != 0 && errno != ENOENT)
      return sys_fail("remove the old output file " + backup.path);
  }
  if (!policy.compresses) return {};
  for (const Backup& backup : find_backups(path))
    if (!backup.is_compressed) PWRU_TRY(compress(backup.path));
  return {};
}

}  // namespace pwru::output
