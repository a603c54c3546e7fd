// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace pwru {
Result<UniqueFd> open_file(const std::string& path, int flags, unsigned mode) {
  UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC, mode));
  if (!fd) return sys_fail("open " + path);
  return fd;
}

namespace {

// 0 for a file whose size is unknown, and for one whose size may be anything, such as /proc/kcore.
size_t size_of(int fd) {
  constexpr off_t kMost = 64 << 20;
  struct stat status {};
  if (::fstat(fd, &status) != 0 || status.st_size < 0 || status.st_size > kMost) return 0;
  return static_cast<size_t>(status.st_size);
}

}  // namespace

Result<std::string> read_file(const std::string& path, size_t expected_bytes) {
  PWRU_ASSIGN(const UniqueFd fd, open_file(path, O_RDONLY));
  return read_all(fd.get(), path, expected_bytes);
}

std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, Deleter<closedir>> folder(::opendir(path.c_str()));
  if (!folder) return names;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name = static_cast<const char*>(entry->d_name);
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

Result<std::string> read_all(int fd, const std::string& path, size_t expected_bytes) {
  std::string text;
  // Memory that is reserved and not written to costs nothing. Growing the string copies everything
  // that was read so far.
  text.reserve(std::max(expected_bytes, size_of(fd)));
  // Reads through a small buffer. To grow the string ahead of read(2) would clear and fault in up
  // to twice the memory, which costs more than the copy.
  std::array<char, 1 << 16> chunk;
  for (;;) {
    const ssize_t n = ::read(fd, chunk.data(), chunk.size());
    if (n < 0) {
      // A BPF iterator returns EAGAIN after it has passed over a million objects (bpf_seq_read()).
      if (errno == EINTR || errno == EAGAIN) continue;
      return sys_fail("read " + path);
    }
    if (n == 0) break;
    text.append(chunk.data(), static_cast<size_t>(n));
  }
  return text;
}

Result<> write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return sys_fail("write " + path);
    }
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

Result<UniqueFd> memfd_with(const char* name, std::string_view bytes) {
  UniqueFd fd(::memfd_create(name, MFD_CLOEXEC));
  if (!fd) return sys_fail(std::string("create memfd ") + name);
  PWRU_TRY(write_all(fd.get(), bytes, fmt::format("memory for {}", name)));
  return fd;
}

std::string path_of_fd(int fd) { return fmt::format("/proc/self/fd/{}", fd); }

}  // namespace pwru
