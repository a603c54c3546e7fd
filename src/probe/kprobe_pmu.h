// SPDX-License-Identifier: Apache-2.0
// What both ways to make a kprobe share.
#pragma once

#include <cstdint>
#include <span>

namespace pwru::probe {

// Where to put the probe in a function, best first. Arming one on the ftrace site itself makes the
// kernel walk all 50,000 sites; behind the site, it is one breakpoint, soon optimised to a jump,
// and registers and stack are as at the entry: nothing ran but endbr64 and the site's nop.
// Where that must not be, at the start; see probe/placement.h.
[[nodiscard]] std::span<const uint64_t> kprobe_offsets(bool may_stand_behind_site);

// What the kernel says of one address; any other error is about all of them.
[[nodiscard]] bool is_about_one_address(int code);

}  // namespace pwru::probe
