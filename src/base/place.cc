// SPDX-License-Identifier: Apache-2.0
#include "base/place.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <deque>

namespace pwru {
namespace {

constexpr unsigned kMostLinks = 40;  // the kernel follows as many (MAXSYMLINKS)
constexpr int kFolderFlags = O_PATH | O_DIRECTORY | O_CLOEXEC;
// Such an open does not wait for the other end of a pipe, does not follow a link, and does not make
// a terminal the controlling one.
constexpr int kCareful = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

constexpr const char* kRemedy =
    ", and others may write to its folder; remove it, or name a file in a folder that only you may "
    "write to";

tl::unexpected<Error> refuse(const std::string& path, std::string_view why) {
  return fail("open " + path + ": " + std::string(why) + kRemedy);
}

bool is_procfs(int folder) {
  struct statfs status = {};
  return ::fstatfs(folder, &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
}

// Walks a path from folder to folder, one name at a time.
class Walk {
 public:
  explicit Walk(const std::string& path) : asked_(path) { add(path); }

  Result<Place> run() {
    if (asked_.empty() || asked_.ends_with('/')) return fail_with(asked_.empty() ? ENOENT : EISDIR);
    PWRU_TRY(begin(asked_));
    while (!names_.empty()) {
      const std::string name = names_.front();
      names_.pop_front();
      PWRU_TRY(step(name));
      if (is_found_) return std::move(place_);
    }
    return fail_with(EISDIR);  // it ends in "." or ".."
  }

 private:
  tl::unexpected<Error> fail_with(int code) { return sys_fail("open " + asked_, code); }

  void add(const std::string& path) {
    std::deque<std::string> names;
    for (size_t at = 0; at < path.size();) {
      const size_t end = std::min(path.find('/', at), path.size());
      if (end > at) names.push_back(path.substr(at, end - at));
      at = end + 1;
    }
    names_.insert(names_.begin(), names.begin(), names.end());
  }

  Result<> begin(const std::string& path) {
    const bool is_absolute = path.starts_with('/');
    if (!is_absolute && place_.folder) return {};
    place_.folder.reset(::open(is_absolute ? "/" : ".", kFolderFlags));
    if (!place_.folder) return fail_with(errno);
    shown_ = is_absolute ? "/" : "";
    return {};
  }

  Result<> enter(const std::string& name, int flags) {
    UniqueFd next(::openat(place_.folder.get(), name.c_str(), kFolderFlags | flags));
    if (!next) return fail_with(errno);
    place_.folder = std::move(next);
    shown_ += name + "/";
    return {};
  }

  Result<> step(const std::string& name) {
    const bool is_last = names_.empty();
    if (name == ".") return {};
    if (name == "..") return enter(name, O_NOFOLLOW);
    struct stat status = {};
    if (::fstatat(place_.folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno != ENOENT || !is_last) return fail_with(errno);
      status.st_mode = S_IFREG;
    }
    if (S_ISLNK(status.st_mode)) return follow(name, is_last);
    if (!is_last) return enter(name, O_NOFOLLOW);
    found(name);
    return {};
  }

  Result<> follow(const std::string& name, bool is_last) {
    if (may_others_write(place_.folder.get())) return refuse(shown_ + name, why_link());
    if (is_procfs(place_.folder.get())) {
      if (!is_last) return enter(name, 0);
      place_.is_magic = true;
      found(name);
      return {};
    }
    if (++links_ > kMostLinks) return fail_with(ELOOP);
    std::array<char, PATH_MAX> target;
    const ssize_t size =
        ::readlinkat(place_.folder.get(), name.c_str(), target.data(), target.size());
    if (size < 0) return fail_with(errno);
    const std::string text(target.data(), static_cast<size_t>(size));
    add(text);
    has_followed_ = true;
    return begin(text);
  }

  static std::string_view why_link() {
    struct stat link = {};
    link.st_mode = S_IFLNK;
    return why_not_own(link);
  }

  void found(const std::string& name) {
    is_found_ = true;
    place_.name = name;
    place_.path = has_followed_ && !place_.is_magic ? shown_ + name : asked_;
  }

  std::string asked_;
  std::string shown_;  // the folder as it was reached
  std::deque<std::string> names_;
  Place place_;
  unsigned links_ = 0;
  bool has_followed_ = false;
  bool is_found_ = false;
};

// Opens a file that exists already in a folder that others may write to.
Result<UniqueFd> open_own(const Place& place, int flags) {
  struct stat status = {};
  if (::fstatat(place.folder.get(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    return sys_fail("open " + place.path);
  // This check comes before open(2), because opening a device may already do something.
  if (const auto why = why_not_own(status); !why.empty()) return refuse(place.path, why);
  UniqueFd fd(::openat(place.folder.get(), place.name.c_str(), O_WRONLY | flags | kCareful));
  if (!fd || ::fstat(fd.get(), &status) != 0) return sys_fail("open " + place.path);
  if (const auto why = why_not_own(status); !why.empty()) return refuse(place.path, why);
  return fd;
}

Result<UniqueFd> open_existing(const Place& place, int flags) {
  if (may_others_write(place.folder.get())) return open_own(place, flags);
  UniqueFd fd(::openat(place.folder.get(), place.name.c_str(), O_WRONLY | flags | kCareful));
  struct stat status = {};
  // A pipe that nobody reads gives ENXIO.
  if (!fd || ::fstat(fd.get(), &status) != 0) return sys_fail("open " + place.path);
  if (!S_ISREG(status.st_mode)) return fail("open " + place.path + ": it is no regular file");
  return fd;
}

}  // namespace

bool may_others_write(int folder) {
  struct stat status = {};
  if (::fstat(folder, &status) != 0) return true;
  const bool is_foreign = status.st_uid != 0 && status.st_uid != ::geteuid();
  return is_foreign || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

std::string_view why_not_own(const struct stat& status) {
  if (S_ISLNK(status.st_mode)) return "it is a symbolic link";
  if (S_ISDIR(status.st_mode)) return "it is a folder";
  if (!S_ISREG(status.st_mode)) return "it is no regular file";
  if (status.st_uid != ::geteuid()) return "it is another user's file";
  if (status.st_nlink > 1) return "it has another name elsewhere (a hard link)";
  return "";
}

Result<Place> find_place(const std::string& path) { return Walk(path).run(); }

std::string path_beside(const Place& place, std::string_view name) {
  const size_t slash = place.path.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : place.path.substr(0, slash + 1);
  return folder + std::string(name);
}

Result<OpenFile> open_regular(const Place& place, int flags, unsigned mode) {
  UniqueFd fd(::openat(place.folder.get(), place.name.c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | (flags & ~O_TRUNC) | kCareful, mode));
  if (fd) return OpenFile{std::move(fd), true};
  if (errno != EEXIST) return sys_fail("open " + place.path);
  PWRU_ASSIGN(fd, open_existing(place, flags & ~O_TRUNC));
  if ((flags & O_TRUNC) && ::ftruncate(fd.get(), 0) != 0) return sys_fail("empty " + place.path);
  return OpenFile{std::move(fd), false};
}

Result<UniqueFd> open_to_write(const Place& place, int flags, unsigned mode) {
  if (may_others_write(place.folder.get())) {
    PWRU_ASSIGN(OpenFile file, open_regular(place, flags, mode));
    return std::move(file.fd);
  }
  UniqueFd fd(::openat(
      place.folder.get(), place.name.c_str(),
      O_WRONLY | O_CREAT | O_NOCTTY | O_CLOEXEC | flags | (place.is_magic ? 0 : O_NOFOLLOW), mode));
  if (!fd) return sys_fail("open " + place.path);
  return fd;
}

Result<UniqueFd> open_trusted(const std::string& path) {
  PWRU_ASSIGN(const Place place, find_place(path));
  struct stat status = {};
  if (::fstatat(place.folder.get(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    return sys_fail("open " + place.path);
  if (place.is_magic || may_others_write(place.folder.get()))
    return fail("open " + place.path + ": others may write to its folder");
  UniqueFd fd(::openat(place.folder.get(), place.name.c_str(), O_RDONLY | kCareful));
  if (!fd || ::fstat(fd.get(), &status) != 0) return sys_fail("open " + place.path);
  if (!S_ISREG(status.st_mode)) return fail("open " + place.path + ": it is no regular file");
  const bool is_foreign = status.st_uid != 0 && status.st_uid != ::geteuid();
  if (is_foreign || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fail("open " + place.path + ": others may write to it");
  return fd;
}

Result<> check_writable(const Place& place) {
  struct stat status = {};
  const int folder = place.folder.get();
  const bool exists =
      ::fstatat(folder, place.name.c_str(), &status, place.is_magic ? 0 : AT_SYMLINK_NOFOLLOW) == 0;
  if (!exists && errno != ENOENT) return sys_fail("open " + place.path);
  if (exists && S_ISDIR(status.st_mode)) return sys_fail("open " + place.path, EISDIR);
  if (exists && may_others_write(folder))
    if (const auto why = why_not_own(status); !why.empty()) return refuse(place.path, why);
  if (::faccessat(folder, exists ? place.name.c_str() : ".", W_OK, 0) == 0) return {};
  return sys_fail("open " + place.path);
}

}  // namespace pwru
