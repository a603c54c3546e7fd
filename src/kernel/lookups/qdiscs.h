// SPDX-License-Identifier: Apache-2.0
// Asks which of the queues below a classful qdisc drops packets: the skb does not say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kernel/lookups/netlink.h"

namespace pwru::kernel {

struct QdiscQuestion {
  uint32_t netns = 0;    // inode number
  uint32_t ifindex = 0;  // of the device
  uint16_t root = 0;     // major number of the qdisc that was given the packet
};

struct DroppingQdisc {
  std::string kind = {};     // "pfifo"; empty: none below the root has dropped anything
  std::string parent = {};   // its class, as tc(8) writes it: "1:10"
  uint32_t len_packets = 0;  // that are in it now
};

// As the counters are now. None when the kernel does not answer, or when more than one has dropped
// packets and it is not clear which does so now.
[[nodiscard]] std::optional<DroppingQdisc> find_dropping_qdisc(const AskKernel& ask,
                                                               const QdiscQuestion& question);

}  // namespace pwru::kernel
