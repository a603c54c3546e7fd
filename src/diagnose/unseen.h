// SPDX-License-Identifier: Apache-2.0
// Losses that the kernel has counted and no end of a packet accounts for.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "diagnose/ends.h"
#include "kernel/counters/loss_counters.h"

namespace pwru::diagnose {

// The counters at the start and at the end of a trace.
struct Readings {
  kernel::CounterValues before, after;
  std::map<uint32_t, std::string> netns_names;
  // A trace that sees only some of the packets: what other packets died of is counted as well.
  bool is_partial = false;
};

struct UnseenLoss {
  std::string counter;
  uint32_t netns = 0;  // 0: of the whole machine
  std::string netns_name;
  std::string owner;   // the device or the CPU; "" for a protocol
  uint64_t count = 0;  // for which there is no end
  uint64_t rose = 0;   // all
  std::string what, advice;
};

// `lost`: events that are missing, which may have been ends. Of a counter that was not there at the
// start nothing is said.
[[nodiscard]] std::vector<UnseenLoss> unseen_losses(const Readings& readings, const Ends& ends,
                                                    uint64_t lost);

// Packets that a device handled itself, by filters of tc that are offloaded: no function sees them.
struct HandledInHardware {
  std::string ifname;
  uint32_t netns = 0;
  std::string netns_name;
  uint64_t count = 0;  // at least: what a filter counted goes with it when it is removed
  std::string advice;
};
[[nodiscard]] std::vector<HandledInHardware> handled_in_hardware(const Readings& readings);

}  // namespace pwru::diagnose
