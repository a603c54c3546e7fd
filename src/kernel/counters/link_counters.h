// SPDX-License-Identifier: Apache-2.0
// What rtnetlink says of devices and /proc/net/dev does not.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "base/handle.h"
#include "kernel/counters/loss_counters.h"

namespace pwru::kernel {

struct CountedDevice {
  std::string name;
  bool has_hardware = false;  // of its own, also of a virtual machine: no veth, bridge or tunnel
  bool has_ingress = false;   // filters of tc: a qdisc of kind "ingress" or "clsact"
  bool has_egress = false;    // the latter
};
using CountedDevices = std::map<int, CountedDevice>;  // by ifindex

// One answer of RTM_GETLINK (adds "rx_missed", and the device) or of RTM_GETQDISC (adds
// "qdisc_drops" of the qdisc at the root, and says which have filters). False at the end of the
// dump, or when it is none.
[[nodiscard]] bool parse_link_messages(std::span<const std::byte> messages, uint32_t netns,
                                       CountedDevices& devices, CounterValues& values);

// A socket of this process's network namespace, which needs no privileges to be asked; or none.
[[nodiscard]] UniqueFd open_rtnetlink();
// As much as the kernel says within a second an answer, and what drivers and devices count
// themselves.
[[nodiscard]] CounterValues read_link_counters(const UniqueFd& socket, uint32_t netns);

}  // namespace pwru::kernel
