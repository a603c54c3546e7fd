// SPDX-License-Identifier: Apache-2.0
// What drivers of network devices count themselves (ethtool -S).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/handle.h"
#include "kernel/counters/loss_counters.h"

namespace pwru::kernel {

// Whether a counter of that name is of received packets that were lost. The kernel gives such names
// no meaning, but drivers use the same words.
[[nodiscard]] bool is_loss_by_name(std::string_view name);

// Appends those counters of the device as "ethtool:NAME". `socket`: any socket of its namespace.
// It takes no privileges, and nothing is appended when the driver has no counters.
void append_driver_counters(const UniqueFd& socket, const std::string& device, uint32_t netns,
                            CounterValues& values);

}  // namespace pwru::kernel
