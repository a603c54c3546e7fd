// SPDX-License-Identifier: Apache-2.0
// The two ends of a packet: addresses, ports and protocol.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace pwru::event {

struct Tuple {
  uint8_t saddr[16] = {};  // IPv4: the first four bytes
  uint8_t daddr[16] = {};
  uint16_t sport = 0;  // host order
  uint16_t dport = 0;
  uint8_t l4_proto = 0;   // behind all extension headers
  uint8_t tcp_flags = 0;  // byte 13 of the TCP header
  uint8_t icmp_type = 0;
  uint8_t icmp_code = 0;
  uint32_t spi = 0;        // of ESP, if that is l4_proto, else of AH
  bool has_ports = false;  // sport and dport were read from the packet
  bool has_icmp = false;   // so were icmp_type and icmp_code
  bool has_spi = false;
  bool is_v6 = false;
  bool is_later_fragment = false;  // its L4 header is in another packet
  uint8_t pad0[3] = {};            // named, because tuples are compared by their bytes

  // Word by word, where a comparison of the members would be a loop over bytes.
  friend bool operator==(const Tuple& a, const Tuple& b) {
    return std::memcmp(&a, &b, sizeof(Tuple)) == 0;
  }
};
static_assert(std::has_unique_object_representations_v<Tuple>);

// Whether it is a segment of TCP that begins a connection: SYN without ACK.
[[nodiscard]] inline bool is_syn(const Tuple& tuple) {
  constexpr uint8_t kTcp = 6, kSyn = 0x02, kSynAck = 0x12;
  return tuple.l4_proto == kTcp && (tuple.tcp_flags & kSynAck) == kSyn;
}

}  // namespace pwru::event
