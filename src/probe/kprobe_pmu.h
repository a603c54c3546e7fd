// SPDX-License-Identifier: Apache-2.0
// What both ways to make a kprobe share.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "kernel/functions.h"

namespace pwru::probe {

// Where to put the probe in a function that ftrace knows, best first. Arming one on the ftrace site
// itself makes the kernel walk all 50,000 sites; behind it, it is one breakpoint, soon optimised to a
// jump. Registers and stack are there as at the entry: nothing ran but endbr64 and the site's nop.
#if defined(__x86_64__)
inline constexpr std::array<uint64_t, 3> kKprobeOffsets = {5, kernel::kEntryBytes, 0};
#else
inline constexpr std::array<uint64_t, 1> kKprobeOffsets = {0};
#endif

// What the kernel says of one address; any other error is about all of them.
[[nodiscard]] bool is_about_one_address(int code);

// The key in Attached::left_out.
[[nodiscard]] std::string refused_reason(int code);

}  // namespace pwru::probe
