// SPDX-License-Identifier: Apache-2.0
// What a BPF program's return value says about the packet.
#pragma once

#include <cstdint>
#include <string_view>

#include "abi/event.h"

namespace pwru::resolve {

// "TC_ACT_SHOT", "XDP_PASS"; "" for a number that has no name. `type` is one of the exits.
[[nodiscard]] std::string_view verdict_name(pwru_event_type type, int32_t verdict);
// The packet ends here.
[[nodiscard]] bool is_drop_verdict(pwru_event_type type, int32_t verdict);
[[nodiscard]] bool is_exit(pwru_event_type type);

}  // namespace pwru::resolve
