// SPDX-License-Identifier: Apache-2.0
#include "kernel/proc/proc_net.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"

namespace pwru::kernel {
namespace {

// 0 when the process is gone.
ino_t identity_of(int folder) {
  struct stat st = {};
  return ::fstatat(folder, "dev", &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_ino : 0;
}

UniqueFd open_in(int folder, const char* name, int flags) {
  return UniqueFd(::openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | flags));
}

}  // namespace

std::optional<ProcNet> ProcNet::open(const std::string& process) {
  UniqueFd folder = open_in(AT_FDCWD, (process + "/net").c_str(), O_DIRECTORY);
  const ino_t identity = folder ? identity_of(folder.get()) : 0;
  if (!identity) return std::nullopt;
  return ProcNet(std::move(folder), identity);
}

bool ProcNet::is_same() const { return identity_of(folder_.get()) == identity_; }

std::optional<std::string> ProcNet::read(const char* file) const {
  if (!is_same()) return std::nullopt;
  const UniqueFd fd = open_in(folder_.get(), file, 0);
  auto text = fd ? read_all(fd.get(), file) : tl::unexpected<Error>(Error{});
  if (!text) return std::nullopt;
  return *std::move(text);
}

}  // namespace pwru::kernel
