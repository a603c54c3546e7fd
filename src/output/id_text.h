// SPDX-License-Identifier: Apache-2.0
// Ids of packets, as --output-id prints them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pwru::output {

// Room that append_ids() needs at `to`.
constexpr size_t kIdsRoom = 64;

// Writes "CPU.count" and returns the end. An x before the count: an XDP or TC program saw the
// packet first. More of them: a tracer program that interrupted others. A c: the packet was made of
// another one, whose id follows behind <. "-": the packet is not followed.
[[nodiscard]] char* append_ids(char* to, uint64_t packet_id, uint64_t parent_id);

}  // namespace pwru::output
