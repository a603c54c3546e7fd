// SPDX-License-Identifier: Apache-2.0
// The text of a tunnel, as the column TUNNEL has it.
#pragma once

#include <cstddef>

#include "event/tunnel.h"
#include "event/tuple_text.h"

namespace pwru::output {

// Room that append_tunnel() needs at `out`: the longest begins geneve(4294967295): before a tuple.
inline constexpr size_t kTunnelRoom = 24 + event::kTupleRoom;

// Writes kind(id):tuple, without a NUL, and returns the end. A packet inside that is not IP is
// shown by the MAC addresses, if it has them, and its EtherType:
// vxlan(7):02:00:00:00:00:01->02:00:00:00:00:02(0x0806).
[[nodiscard]] char* append_tunnel(char* out, const event::Tunnel& tunnel, bool with_tcp_flags);

}  // namespace pwru::output
