// SPDX-License-Identifier: Apache-2.0
// Which part of the kernel a function belongs to, in a user's words: a table of prefixes.
#pragma once

#include <string_view>

namespace pwru::knowledge {

// "IP receive" of "ip_rcv_core.isra.0"; "" when it says nothing about a packet's way, as with
// "skb_push". A program of TC or XDP, "my_prog(tc)", is a part of its own.
[[nodiscard]] std::string_view layer_of(std::string_view function);

// Functions that run while the memory of an skb is given back, after its end.
inline constexpr std::string_view kFreeing = "free";

}  // namespace pwru::knowledge
