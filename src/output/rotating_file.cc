// SPDX-License-Identifier: Apache-2.0
#include "output/rotating_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <filesystem>

#include "base/file.h"

namespace pwru::output {
namespace {

BackupTime now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

// rename(2) would replace a backup of the same millisecond.
std::string free_backup_name(const std::string& path) {
  BackupTime time = now();
  for (;; time += std::chrono::milliseconds(1)) {
    std::string name = backup_name(path, time);
    if (!exists(name) && !exists(name + ".gz")) return name;
  }
}

// Two writers would rename each other's file. Some network file systems have no locks: there the
// user is on his own.
Result<> lock_output(const UniqueFd& fd, const std::string& path) {
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return {};
  return fail("write to the output file " + path +
              ": another process has locked it, such as a pwru that writes to it; name another "
              "file");
}

}  // namespace

BackupTidier::BackupTidier(std::string path, BackupPolicy policy)
    : path_(std::move(path)), policy_(policy) {
  // Signals are for the thread that drains the rings.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { work(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

BackupTidier::~BackupTidier() { std::ignore = finish(); }

void BackupTidier::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return has_work_ || is_finishing_; });
    if (!has_work_) return;
    has_work_ = false;
    lock.unlock();
    auto done = tidy_backups(path_, policy_, now());
    lock.lock();
    if (!done && !error_) error_ = std::move(done).error();
  }
}

Result<> BackupTidier::take_error() {
  const std::lock_guard lock(mutex_);
  if (!error_) return {};
  Error error = std::move(*error_);
  error_.reset();
  return tl::unexpected<Error>(std::move(error));
}

Result<> BackupTidier::wake() {
  {
    const std::lock_guard lock(mutex_);
    has_work_ = true;
  }
  changed_.notify_one();
  return take_error();
}

Result<> BackupTidier::finish() {
  {
    const std::lock_guard lock(mutex_);
    is_finishing_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
  return take_error();
}

Result<RotatingFile> RotatingFile::open(const std::string& path, uint64_t max_bytes,
                                        const BackupPolicy& policy) {
  RotatingFile file;
  file.path_ = path;
  file.max_bytes_ = max_bytes;
  PWRU_ASSIGN(file.fd_, open_file(path, O_WRONLY | O_APPEND | O_CREAT, 0644));
  struct stat st = {};
  if (::fstat(file.fd_.get(), &st) != 0) return sys_fail("stat " + path);
  if (!S_ISREG(st.st_mode)) return file;
  PWRU_TRY(lock_output(file.fd_, path));
  file.size_bytes_ = static_cast<uint64_t>(st.st_size);
  // A symbolic link stays where it is: what it leads to is renamed.
  std::error_code error;
  if (const auto real = std::filesystem::canonical(path, error); !error) file.path_ = real.string();
  file.tidier_ = std::make_unique<BackupTidier>(file.path_, policy);
  PWRU_TRY(file.tidier_->wake());
  return file;
}

Result<int> RotatingFile::fd_for(size_t bytes) {
  if (tidier_ && size_bytes_ && size_bytes_ + bytes > max_bytes_) PWRU_TRY(rotate());
  size_bytes_ += bytes;
  return fd_.get();
}

Result<> RotatingFile::rotate() {
  struct stat st = {};
  if (::fstat(fd_.get(), &st) != 0) return sys_fail("stat " + path_);
  const std::string backup = free_backup_name(path_);
  if (::rename(path_.c_str(), backup.c_str()) != 0)
    return sys_fail("rename the full output file " + path_ + " to " + backup);
  PWRU_ASSIGN(fd_, open_file(path_, O_WRONLY | O_APPEND | O_CREAT | O_EXCL, 0600));
  PWRU_TRY(lock_output(fd_, path_));
  if (::fchmod(fd_.get(), st.st_mode & ALLPERMS) != 0) return sys_fail("chmod " + path_);
  size_bytes_ = header_.size();
  PWRU_TRY(write_all(fd_.get(), header_, path_));
  return tidier_->wake();
}

Result<> RotatingFile::finish() { return tidier_ ? tidier_->finish() : Result<>{}; }

}  // namespace pwru::output
