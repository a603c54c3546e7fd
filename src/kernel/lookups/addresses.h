// SPDX-License-Identifier: Apache-2.0
// Asks why an own address of this host does not take what is for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kernel/lookups/netlink.h"
#include "kernel/lookups/routes.h"

namespace pwru::kernel {

struct OwnAddress {
  enum class Why : uint8_t {
    None,       // the host has no such address, or nothing seems to be wrong with it
    Tentative,  // duplicate address detection of IPv6 goes on
    Duplicate,  // it found another host that has the address (IFA_F_DADFAILED)
    OtherVrf,   // the device that has it is in another VRF than the one that the packet came by
  };
  Why why = Why::None;
  std::string device = {};  // of OtherVrf, which has the address
  std::string vrf = {};     // in which that one is; "": in none
};

// Of the packet's destination, as the addresses are now. None when the kernel does not answer.
[[nodiscard]] std::optional<OwnAddress> find_own_address(const AskKernel& ask,
                                                         const RouteQuestion& packet);

}  // namespace pwru::kernel
