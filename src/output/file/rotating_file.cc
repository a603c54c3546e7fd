// SPDX-License-Identifier: Apache-2.0
#include "output/file/rotating_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "base/log.h"
#include "base/process.h"
#include "output/file/outlet.h"

namespace pwru::output {
namespace {

// The file holds packets and addresses of the kernel, so only its owner may read it.
constexpr mode_t kMode = 0600;

BackupTime now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

bool exists(const Place& place, const std::string& name) {
  return ::faccessat(place.folder.get(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

// Never replaces a file: rename(2) alone would overwrite a backup of the same millisecond.
Result<> rename_to_backup(const Place& place) {
  const int folder = place.folder.get();
  for (BackupTime time = now();; time += std::chrono::milliseconds(1)) {
    const std::string backup = backup_name(place.name, time);
    if (exists(place, backup) || exists(place, backup + ".gz")) continue;
    int status = ::renameat2(folder, place.name.c_str(), folder, backup.c_str(), RENAME_NOREPLACE);
    // Some file systems refuse the flag.
    if (status != 0 && errno == EINVAL)
      status = ::renameat(folder, place.name.c_str(), folder, backup.c_str());
    if (status == 0) return {};
    if (errno != EEXIST)
      return sys_fail("rename the full output file " + place.path + " to " +
                      path_beside(place, backup));
  }
}

// Two writers would rename each other's file, so the file is locked. Some network file systems have
// no locks; nothing protects the file there.
Result<> lock_output(const UniqueFd& fd, const std::string& path) {
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return {};
  return fail("write to the output file " + path +
              ": another process has locked it, such as a pwru that writes to it; name another "
              "file");
}

}  // namespace

BackupTidier::BackupTidier(std::shared_ptr<const Place> place, BackupPolicy policy)
    : place_(std::move(place)), policy_(policy) {
  // The thread that drains the rings handles the signals.
  sigset_t all, before;
  ::sigfillset(&all);
  ::sigdelset(&all, SIGSYS);  // a blocked SIGSYS would kill the process; see enter_sandbox()
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { work(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

BackupTidier::~BackupTidier() { std::ignore = finish(); }

void BackupTidier::work() {
  keep_capabilities(file_capabilities());
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return has_work_ || is_finishing_; });
    if (!has_work_) return;
    has_work_ = false;
    lock.unlock();
    auto done = tidy_backups(*place_, policy_, now());
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
  // A symbolic link stays; the file that it leads to is renamed.
  PWRU_ASSIGN(Place place, find_place(path));
  file.place_ = std::make_shared<const Place>(std::move(place));
  file.max_bytes_ = max_bytes;
  PWRU_ASSIGN(file.fd_, open_to_write(*file.place_, O_APPEND, kMode));
  make_patient(file.fd_.get());
  struct stat st = {};
  if (::fstat(file.fd_.get(), &st) != 0) return sys_fail("stat " + path);
  if (!S_ISREG(st.st_mode)) return file;
  PWRU_TRY(lock_output(file.fd_, path));
  if (file.place_->is_magic) return file;  // a path in /proc/self/fd cannot be renamed
  file.size_bytes_ = static_cast<uint64_t>(st.st_size);
  file.tidier_ = std::make_unique<BackupTidier>(file.place_, policy);
  PWRU_TRY(file.tidier_->wake());
  return file;
}

Result<int> RotatingFile::fd_for(size_t bytes) {
  if (is_full(bytes)) {
    // Somebody may have truncated the file.
    struct stat st = {};
    if (::fstat(fd_.get(), &st) != 0) return sys_fail("stat " + path());
    size_bytes_ = static_cast<uint64_t>(std::max<off_t>(st.st_size - passed_over_bytes_, 0));
  }
  if (is_full(bytes)) {
    if (auto rotated = rotate(); !rotated) {
      max_bytes_ = UINT64_MAX;  // the closing lines go into the old file
      return tl::unexpected<Error>(std::move(rotated).error());
    }
  }
  size_bytes_ += bytes;
  return fd_.get();
}

bool RotatingFile::is_full(size_t bytes) const {
  return tidier_ && size_bytes_ && size_bytes_ + bytes > max_bytes_;
}

Result<bool> RotatingFile::is_in_place() const {
  struct stat open = {}, named = {};
  if (::fstat(fd_.get(), &open) != 0) return sys_fail("stat " + path());
  return ::fstatat(place_->folder.get(), place_->name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         named.st_ino == open.st_ino && named.st_dev == open.st_dev;
}

Result<> RotatingFile::rotate() {
  PWRU_ASSIGN(const bool in_place, is_in_place());
  const auto renamed = in_place ? rename_to_backup(*place_) : Result<>{};
  if (!in_place || (!renamed && renamed.error().code == ENOENT)) {
    log_warn("the output file {} was moved away; the trace goes on in a new one", path());
  } else {
    PWRU_TRY(renamed);
  }
  // Without a new file the trace goes on in the renamed one, which must not be compressed yet.
  if (!begin_new_or_go_on()) return {};
  // A problem with the backups does not end the trace.
  if (const auto tidied = tidier_->wake(); !tidied)
    log_warn("old output files are left as they are: {}", tidied.error().what);
  return {};
}

// Keeps the old file open until the new one is open.
Result<> RotatingFile::begin_new(mode_t mode) {
  PWRU_ASSIGN(OpenFile file, open_regular(*place_, O_APPEND, kMode));
  PWRU_TRY(lock_output(file.fd, path()));
  if (file.is_new && ::fchmod(file.fd.get(), mode) != 0) return sys_fail("chmod " + path());
  struct stat st = {};
  if (::fstat(file.fd.get(), &st) != 0) return sys_fail("stat " + path());
  size_t size = static_cast<size_t>(st.st_size);
  if (size == 0) {
    const Written header = write_out(file.fd.get(), path(), header_);
    if (!header.result) take_back(file.fd.get(), header.bytes);
    PWRU_TRY(header.result);
    size = header.bytes;
  }
  fd_ = std::move(file.fd);
  size_bytes_ = size;
  passed_over_bytes_ = 0;
  return {};
}

bool RotatingFile::begin_new_or_go_on() {
  struct stat st = {};
  const bool is_known = ::fstat(fd_.get(), &st) == 0;
  const auto begun = begin_new(is_known ? st.st_mode & ACCESSPERMS : kMode);
  if (begun) return true;
  // The next try comes when another `max_bytes_` have been written.
  size_bytes_ = 0;
  passed_over_bytes_ = st.st_size;
  log_warn("no new output file is begun, and the trace goes on in the old one: {}",
           begun.error().what);
  return false;
}

void RotatingFile::reopen() {
  if (!tidier_) return;
  if (const auto in_place = is_in_place(); in_place && *in_place) return;
  log_info("SIGHUP: the output file {} was moved away; the trace goes on in a new one", path());
  begin_new_or_go_on();
}

Result<> RotatingFile::finish() { return tidier_ ? tidier_->finish() : Result<>{}; }

}  // namespace pwru::output
