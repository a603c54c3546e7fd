// SPDX-License-Identifier: Apache-2.0
// What both ways to make a kprobe share.
#pragma once

#include <cstdint>
#include <span>

namespace pwru::probe {

// The offsets in a function at which to try the probe, best first. On the ftrace site itself,
// arming makes the kernel walk all of its 50,000 sites. Behind the site the probe is one
// breakpoint, which is soon optimised to a jump. Registers and stack are there as at the entry,
// because only endbr64 and the nop of the site have run. probe/placement.h says where a probe must
// not stand behind the site.
[[nodiscard]] std::span<const uint64_t> kprobe_offsets(bool may_stand_behind_site);

}  // namespace pwru::probe
