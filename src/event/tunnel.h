// SPDX-License-Identifier: Apache-2.0
// What the outermost tunnel of one packet carries.
#pragma once

#include <cstdint>
#include <optional>

#include "event/tuple.h"

namespace pwru::event {

struct Tunnel {
  uint32_t kind = 0;           // enum pwru_tunnel_kind
  std::optional<uint32_t> id;  // VNI or GRE key
  uint16_t proto = 0;          // EtherType of the packet inside, behind its VLAN tags
  bool has_macs = false;       // there is an Ethernet header inside
  uint8_t dst_mac[6] = {};
  uint8_t src_mac[6] = {};
  std::optional<Tuple> tuple;  // of the IP packet inside
};

}  // namespace pwru::event
