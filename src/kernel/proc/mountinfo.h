// SPDX-License-Identifier: Apache-2.0
// Finds where file systems are mounted: proc_pid_mountinfo(5).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pwru::kernel {

// The mount points of all file systems of this type, in the order of the file, with octal escapes
// undone.
[[nodiscard]] std::vector<std::string> mount_points(std::string_view mountinfo,
                                                    std::string_view fs_type);

}  // namespace pwru::kernel
