// SPDX-License-Identifier: Apache-2.0
#include "output/flow_text.h"

#include <fmt/format.h>
#include <linux/if_ether.h>

#include "event/tuple_text.h"

namespace pwru::output {

void append_flow(LineBuffer& out, const resolve::Packet& packet) {
  if (packet.has_tuple)
    out.commit(event::append_tuple(out.reserve(event::kTupleRoom), packet.tuple, true));
  else if (packet.proto == ETH_P_ARP)
    out.append("ARP");
  else
    out.append(fmt::format("EtherType {:#06x}", packet.proto));
}

}  // namespace pwru::output
