// SPDX-License-Identifier: Apache-2.0
// Mounts a file system of the kernel without a mount point.
#pragma once

#include "base/handle.h"

namespace pwru::kernel {

// Returns its root as a directory to openat() from. No other process sees the mount, and it goes
// away with the descriptor (fsopen, fsmount: Linux 5.2). None where that is not allowed.
[[nodiscard]] UniqueFd private_mount(const char* type);

}  // namespace pwru::kernel
