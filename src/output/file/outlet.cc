// SPDX-License-Identifier: Apache-2.0
#include "output/file/outlet.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "base/file.h"
#include "base/patience.h"

namespace pwru::output {
namespace {

constexpr std::chrono::milliseconds kGrace{300};

mode_t type_of(int fd) {
  struct stat status = {};
  return ::fstat(fd, &status) == 0 ? status.st_mode & S_IFMT : S_IFREG;
}

bool is_pipe_or_terminal(int fd) {
  const mode_t type = type_of(fd);
  return type == S_IFIFO || (type == S_IFCHR && ::isatty(fd) == 1);
}

// Writes once, without waiting where the kernel offers that.
ssize_t write_once(int fd, mode_t type, std::string_view bytes) {
  if (type == S_IFSOCK) return ::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  return ::write(fd, bytes.data(), bytes.size());
}

}  // namespace

Written write_out(int fd, const std::string& name, std::string_view bytes) {
  const mode_t type = type_of(fd);
  // The descriptor is shared with others and blocks. A pipe that is writable takes PIPE_BUF at
  // once.
  const bool may_block =
      (type == S_IFIFO || type == S_IFCHR) && (::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
  const size_t most = may_block ? PIPE_BUF : bytes.size();
  bool must_wait = may_block;
  size_t done = 0;
  while (done < bytes.size()) {
    if (must_wait && !wait_until_writable(fd, kGrace))
      return {done, fail("write to " + name + ": whoever reads it took nothing more after the stop",
                         ExitCode::Failed, kNobodyReads)};
    must_wait = may_block;
    const ssize_t n = write_once(fd, type, bytes.substr(done, most));
    if (n > 0) {
      done += static_cast<size_t>(n);
    } else if (n < 0 && errno == EAGAIN) {
      must_wait = true;
    } else if (n < 0 && errno != EINTR) {
      return {done, sys_fail("write to " + name)};
    }
  }
  return {done, {}};
}

bool take_back(int fd, size_t bytes) {
  struct stat status = {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return false;
  // The position is where the last write ended, also with O_APPEND.
  const off_t end = ::lseek(fd, 0, SEEK_CUR);
  const auto length = static_cast<off_t>(bytes);
  if (end != status.st_size || end < length) return false;
  return ::ftruncate(fd, end - length) == 0 && ::lseek(fd, end - length, SEEK_SET) >= 0;
}

Result<UniqueFd> open_stdout() {
  UniqueFd fd;
  if (is_pipe_or_terminal(STDOUT_FILENO))
    fd.reset(
        ::open(path_of_fd(STDOUT_FILENO).c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  // Without /proc, without the right, or with a pipe that nobody reads, the descriptor is shared.
  // The first write to such a pipe fails with EPIPE.
  if (!fd) fd.reset(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
  if (!fd) return sys_fail("write to stdout");
  return fd;
}

void make_patient(int fd) {
  if (is_pipe_or_terminal(fd)) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

}  // namespace pwru::output
