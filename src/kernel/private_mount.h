// SPDX-License-Identifier: Apache-2.0
// A file system of the kernel without a mount point.
#pragma once

#include "base/handle.h"

namespace pwru::kernel {

// Its root as a directory to openat() from, which nobody else sees and which goes with the
// descriptor (fsopen, fsmount: Linux 5.2); none where that is not allowed.
[[nodiscard]] UniqueFd private_mount(const char* type);

}  // namespace pwru::kernel
