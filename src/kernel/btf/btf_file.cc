// SPDX-License-Identifier: Apache-2.0
#include "kernel/btf/btf_file.h"

#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace pwru::kernel {

Result<BtfFile> BtfFile::create(const Btf& btf) {
  UniqueFd fd(::memfd_create("pwru-btf", MFD_CLOEXEC));
  if (!fd) return sys_fail("copy BTF to a file in memory");
  for (std::string_view rest = btf.raw(); !rest.empty();) {
    const ssize_t written = ::write(fd.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return sys_fail("copy BTF to a file in memory");
    rest.remove_prefix(static_cast<size_t>(written));
  }
  return BtfFile(std::move(fd));
}

std::string BtfFile::path() const { return fmt::format("/proc/self/fd/{}", fd_.get()); }

}  // namespace pwru::kernel
