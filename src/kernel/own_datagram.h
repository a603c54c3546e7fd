// SPDX-License-Identifier: Apache-2.0
// Sends a packet of pwru's own, which no device, no namespace and no other process sees.
#pragma once

#include <array>
#include <string_view>

namespace pwru::kernel {

// The functions that every datagram of a socket pair passes, as seen on 5.10, 6.1, 6.12, 7.2 and
// 7.3. The first ones are also passed by every other packet when it is freed.
inline constexpr auto kOwnDatagramFunctions = std::to_array<std::string_view>(
    {"skb_release_head_state", "skb_release_data", "consume_skb", "skb_copy_datagram_from_iter",
     "skb_queue_tail", "skb_copy_datagram_iter"});

// Sends one byte from one end of a socket pair to the other, which frees it before this returns;
// false when that failed.
[[nodiscard]] bool pass_own_datagram();

}  // namespace pwru::kernel
