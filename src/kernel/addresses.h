// SPDX-License-Identifier: Apache-2.0
// Asks whether an IPv6 address of this host is in use: not before duplicate address detection.
#pragma once

#include <cstdint>

#include "kernel/netlink.h"
#include "kernel/routes.h"

namespace pwru::kernel {

// Unknown: not an address of this host, or the kernel does not answer. Tentative: the detection is
// not over. Duplicate: another host has it (IFA_F_DADFAILED).
enum class AddressState : uint8_t { Unknown, InUse, Tentative, Duplicate };

// `netns`: inode number.
[[nodiscard]] AddressState find_ipv6_address(const AskKernel& ask, uint32_t netns,
                                             const IpBytes& address);

}  // namespace pwru::kernel
