// SPDX-License-Identifier: Apache-2.0
// Packets that a network device handles itself, so that no function of the kernel sees them.
#pragma once

#include <cstdint>
#include <string>

#include "base/handle.h"
#include "kernel/counters/loss_counters.h"
#include "kernel/lookups/netlink.h"

namespace pwru::kernel {

// Those of one filter of tc, a RTM_NEWTFILTER without its header: what its first action counts as
// TCA_STATS_BASIC_HW. 0 for a filter that is not offloaded (in_hw), or has no action.
[[nodiscard]] uint64_t packets_in_hardware(Bytes filter);

// Appends as kInHardware those of all filters of a device that has a qdisc of kind "ingress", or
// "clsact", which `has_egress` too. `rtnetlink`: a socket with a limit of time; nothing is appended
// when the kernel does not answer within it. It takes no privileges.
void append_hardware_counter(const UniqueFd& rtnetlink, int ifindex, const std::string& device,
                             bool has_egress, uint32_t netns, CounterValues& values);

}  // namespace pwru::kernel
