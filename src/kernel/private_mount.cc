// SPDX-License-Identifier: Apache-2.0
#include "kernel/private_mount.h"

#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pwru::kernel {

// Calls the kernel directly, because glibc has wrappers only since 2.36.
UniqueFd private_mount(const char* type) {
  UniqueFd context(static_cast<int>(::syscall(SYS_fsopen, type, FSOPEN_CLOEXEC)));
  if (!context) return UniqueFd();
  if (::syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
    return UniqueFd();
  return UniqueFd(static_cast<int>(::syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, 0)));
}

}  // namespace pwru::kernel
