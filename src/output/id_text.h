// SPDX-License-Identifier: Apache-2.0
// Ids of packets, as --output-id prints them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pwru::output {

// What append_ids() needs at most.
constexpr size_t kIdsRoom = 48;

// "CPU.count", with an x before the count if an XDP or TC program was the first to see the packet,
// and a c if it was made of another one; behind < that one's id. "-": the packet is not followed.
[[nodiscard]] char* append_ids(char* to, uint64_t packet_id, uint64_t parent_id);

}  // namespace pwru::output
