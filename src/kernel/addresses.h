// SPDX-License-Identifier: Apache-2.0
// Asks which IPv6 addresses duplicate address detection keeps out of use.
#pragma once

#include <cstdint>
#include <vector>

#include "kernel/netlink.h"
#include "kernel/routes.h"

namespace pwru::kernel {

struct UnusedAddress {
  IpBytes address = {};
  bool is_duplicate = false;  // another host has it (IFA_F_DADFAILED); else detection goes on
};

// Those of a namespace (inode number). None when the kernel does not answer.
[[nodiscard]] std::vector<UnusedAddress> find_unused_ipv6(const AskKernel& ask, uint32_t netns);

}  // namespace pwru::kernel
