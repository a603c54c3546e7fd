// SPDX-License-Identifier: Apache-2.0
// What the place tells where a packet was freed, with the reason and what was read there. Seen on
// Linux 5.10, 6.1, 6.12 and 7.2 unless a row says otherwise. Functions that freed without a reason
// on one kernel have one on the next, so most rows ask for none.
#pragma once

#include <span>
#include <string_view>

#include "knowledge/cause.h"

// A row for an end that loses nothing.
#define HARMLESS(id, places, callers, reasons) \
  { id, places, callers, reasons }

// Functions that run XDP programs on an skb, and free what these drop. veth_poll(): where a
// compiler inlined the rest, as on 5.10.
#define VETH_XDP "veth_xdp_rcv_skb veth_xdp_rcv veth_poll"
#define GENERIC_XDP "do_xdp_generic netif_receive_generic_xdp"

namespace pwru::knowledge {

// TCP flags of a segment that begins a connection.
inline constexpr std::string_view kSyns = "SYN SYN|ECE|CWR SYN|ECE SYN|CWR SYN|PSH";

[[nodiscard]] std::span<const Cause> ordinary_ends();
[[nodiscard]] std::span<const Cause> netfilter_causes();
[[nodiscard]] std::span<const Cause> routing_causes();
[[nodiscard]] std::span<const Cause> device_causes();
[[nodiscard]] std::span<const Cause> bridge_causes();
[[nodiscard]] std::span<const Cause> tunnel_causes();
[[nodiscard]] std::span<const Cause> socket_causes();

}  // namespace pwru::knowledge
