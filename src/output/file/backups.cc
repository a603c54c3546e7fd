// SPDX-License-Identifier: Apache-2.0
#include "output/file/backups.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <set>

#include "base/handle.h"

namespace pwru::output {
namespace {

constexpr std::string_view kStampShape = "0000-00-00T00-00-00.000";
constexpr std::string_view kGzip = ".gz";
constexpr size_t kChunkBytes = 256 << 10;

using Folder = std::unique_ptr<DIR, Deleter<closedir>>;
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

// The parts of a backup's name before and behind the stamp. The dot of a hidden file begins no
// extension.
struct NameParts {
  std::string prefix;
  std::string extension;
};

NameParts parts_of(const std::string& path) {
  const size_t name = path.rfind('/') + 1;
  const size_t dot = path.rfind('.');
  const size_t end = dot == std::string::npos || dot <= name ? path.size() : dot;
  return {path.substr(name, end - name) + "-", path.substr(end)};
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

// `fd` is a file that is open for reading, or that has just been made.
Result<struct stat> status_of(int fd, const std::string& path) {
  struct stat status = {};
  if (::fstat(fd, &status) != 0) return sys_fail("stat " + path);
  return status;
}

bool is_own(const Place& place, const std::string& name) {
  struct stat status = {};
  return ::fstatat(place.folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         why_not_own(status).empty();
}

// A file that is gone, or that is now a folder, was changed by somebody else: this is no error.
Result<> remove(const Place& place, const std::string& name, const char* what) {
  if (::unlinkat(place.folder.get(), name.c_str(), 0) == 0 || errno == ENOENT || errno == EISDIR)
    return {};
  return sys_fail("remove " + path_beside(place, name) + what);
}

// Returns no descriptor when the file is not one of ours.
Result<UniqueFd> open_own(const Place& place, const std::string& name) {
  UniqueFd fd(::openat(place.folder.get(), name.c_str(),
                       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd && (errno == ENOENT || errno == ELOOP || errno == ENXIO)) return fd;
  if (!fd) return sys_fail("open " + path_beside(place, name));
  PWRU_ASSIGN(const struct stat status, status_of(fd.get(), path_beside(place, name)));
  if (!why_not_own(status).empty()) fd.reset();
  return fd;
}

// Returns no descriptor when somebody else's file has that name. A half compressed file that a
// killed process left behind is ours.
Result<UniqueFd> create_gzip(const Place& place, const std::string& name) {
  if (is_own(place, name)) PWRU_TRY(remove(place, name, ", which is not whole"));
  UniqueFd fd(::openat(place.folder.get(), name.c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd && errno != EEXIST) return sys_fail("open " + path_beside(place, name));
  return fd;
}

Result<> write_gzip(int in, UniqueFd out, const std::string& path) {
  PWRU_ASSIGN(const struct stat status, status_of(in, path));
  if (::fchmod(out.get(), status.st_mode & ACCESSPERMS) != 0)
    return sys_fail("chmod " + path + std::string(kGzip));
  GzipFile gzip(::gzdopen(out.get(), "wb"));
  if (!gzip) return fail("compress " + path + ": zlib has no memory");
  std::ignore = out.release();  // zlib closes it
  PWRU_TRY(compress_to(in, gzip.get(), path));
  if (::gzclose(gzip.release()) != Z_OK) return sys_fail("write " + path + std::string(kGzip));
  return {};
}

Result<> compress(const Place& place, const std::string& name) {
  const std::string gzip_name = name + std::string(kGzip);
  const std::string path = path_beside(place, name);
  PWRU_ASSIGN(const UniqueFd in, open_own(place, name));
  if (!in) return {};
  // A trace that found no new file goes on in this one: see lock_output().
  if (::flock(in.get(), LOCK_SH | LOCK_NB) != 0) return {};
  PWRU_ASSIGN(UniqueFd out, create_gzip(place, gzip_name));
  if (!out) return {};
  if (auto written = write_gzip(in.get(), std::move(out), path); !written) {
    std::ignore = remove(place, gzip_name, "");
    return written;
  }
  return remove(place, name, ", which is compressed now");
}

// A backup that exists both plain and compressed counts once.
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
  return path.substr(0, path.rfind('/') + 1) + prefix + stamp_of(time) + extension;
}

std::vector<Backup> find_backups(const Place& place) {
  const auto [prefix, extension] = parts_of(place.name);
  std::vector<Backup> backups;
  // When the folder cannot be read, no backup is found, and none is removed.
  UniqueFd fd(::openat(place.folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const Folder folder(::fdopendir(fd.get()));
  if (!folder) return backups;
  std::ignore = fd.release();
  while (const dirent* entry = ::readdir(folder.get())) {
    std::string name = entry->d_name;
    Backup backup = {name, {}, name.ends_with(kGzip)};
    if (backup.is_compressed) name.resize(name.size() - kGzip.size());
    if (name.size() != prefix.size() + kStampShape.size() + extension.size()) continue;
    backup.stamp = name.substr(prefix.size(), kStampShape.size());
    if (name.starts_with(prefix) && name.ends_with(extension) && is_stamp(backup.stamp) &&
        is_own(place, backup.name))
      backups.push_back(std::move(backup));
  }
  std::sort(backups.begin(), backups.end(),
            [](const Backup& a, const Backup& b) { return a.stamp > b.stamp; });
  return backups;
}

Result<> tidy_backups(const Place& place, const BackupPolicy& policy, BackupTime now) {
  for (const Backup& backup : unwanted(find_backups(place), policy, now))
    PWRU_TRY(remove(place, backup.name, ", an old output file"));
  if (!policy.compresses) return {};
  for (const Backup& backup : find_backups(place))
    if (!backup.is_compressed) PWRU_TRY(compress(place, backup.name));
  return {};
}

}  // namespace pwru::output
