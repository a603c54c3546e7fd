// SPDX-License-Identifier: Apache-2.0
// Whether /proc is there: a folder that was made a root may lack it.
#pragma once

#include <string>

#include "base/result.h"

namespace pwru::kernel {

inline constexpr const char* kNoProc = "nothing is mounted on /proc";
inline constexpr const char* kMountProc = "mount -t proc proc /proc";

// `root` is in front of /proc.
[[nodiscard]] bool has_proc(const std::string& root = "");
// Nearly all that is asked about the kernel is there, and each of its files that is missing would
// be another error.
[[nodiscard]] Result<> require_proc(const std::string& root = "");

}  // namespace pwru::kernel
