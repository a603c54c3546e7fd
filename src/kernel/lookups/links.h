// SPDX-License-Identifier: Apache-2.0
// Asks for a network device, and for the VRF that it is in.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "kernel/lookups/netlink.h"

namespace pwru::kernel {

struct Device {
  std::string name = {};
  uint32_t master = 0;     // ifindex of the bridge, bond or VRF that it belongs to
  uint32_t vrf_table = 0;  // of a VRF
};

// Calls `take_attributes` with those of the device (IFLA_*), if there is one.
void ask_link(const AskKernel& ask, uint32_t netns, uint32_t ifindex,
              const std::function<void(Bytes attributes)>& take_attributes);

// None when there is no such device, or no answer.
[[nodiscard]] std::optional<Device> read_device(const AskKernel& ask, uint32_t netns,
                                                uint32_t ifindex);

// l3mdev_fib_table(): the VRF by which what comes in by the device is routed; one without a table
// for none. None when the kernel does not say.
[[nodiscard]] std::optional<Device> find_vrf(const AskKernel& ask, uint32_t netns,
                                             uint32_t ifindex);

}  // namespace pwru::kernel
