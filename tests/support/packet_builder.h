// SPDX-License-Identifier: Apache-2.0
// Builds frames for tests, header by header. Each header says which protocol follows, so that
// frames can be built that no network stack would send. build() fills in the lengths of IP headers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pwru::test {

struct Ipv4 {
  uint8_t proto = 0;
  uint32_t src = 0x0a000001, dst = 0x0a000002;  // 10.0.0.1, 10.0.0.2
  uint8_t words = 5;                            // ihl
  uint8_t version = 4;
  uint16_t fragment = 0;  // flags and offset, as in the header
  uint8_t ttl = 64;
  uint8_t tos = 0;
};

struct Ipv6 {
  uint8_t next = 0;
  uint8_t src = 1, dst = 2;  // fd00::1, fd00::2
  uint8_t version = 6;
};

struct Tcp {
  uint16_t src = 1234, dst = 80;
  uint8_t flags = 0x10;  // ACK
  uint8_t words = 5;
};

class PacketBuilder {
 public:
  // An Ethernet header from 02:00:00:00:00:01 to 02:00:00:00:00:02.
  PacketBuilder& ethernet(uint16_t type);
  PacketBuilder& ethernet_to(uint64_t dst_mac, uint16_t type);
  // A VLAN tag. The type of the header before it must be the TPID.
  PacketBuilder& vlan(uint16_t tci, uint16_t next_type);
  PacketBuilder& mpls(uint32_t label, bool is_bottom);
  PacketBuilder& pppoe(uint16_t session, uint16_t ppp_proto);
  PacketBuilder& llc(uint8_t dsap, uint8_t ssap, uint8_t control);
  PacketBuilder& arp(uint16_t op, uint32_t sender, uint32_t target);

  PacketBuilder& ipv4(const Ipv4& header);
  PacketBuilder& ipv6(const Ipv6& header);
  // A hop-by-hop, routing or destination options header of 8 * (units + 1) bytes.
  PacketBuilder& extension(uint8_t next, uint8_t units = 0);
  PacketBuilder& fragment6(uint8_t next, uint16_t offset_and_flags);
  PacketBuilder& ah(uint8_t next, uint8_t words = 4);
  PacketBuilder& esp(uint32_t spi);

  PacketBuilder& tcp(const Tcp& header = {});
  PacketBuilder& udp(uint16_t src, uint16_t dst);
  PacketBuilder& sctp(uint16_t src, uint16_t dst);
  PacketBuilder& icmp(uint8_t type, uint8_t code = 0);
  // A GRE header. The flags decide whether it has a checksum of 0, the key, and a sequence number
  // of 0.
  PacketBuilder& gre(uint16_t type, uint16_t flags = 0, uint32_t key = 0);
  PacketBuilder& vxlan(uint32_t vni);
  PacketBuilder& gue(uint8_t proto, uint8_t option_words = 0);
  PacketBuilder& geneve(uint32_t vni, uint8_t option_words, uint16_t type);

  PacketBuilder& payload(size_t count, uint8_t first = 0);
  PacketBuilder& raw(std::string_view bytes);
  [[nodiscard]] std::string build() const;

 private:
  void u8(uint64_t value) { bytes_.push_back(static_cast<char>(value)); }
  void big_endian(uint64_t value, int count);

  std::string bytes_;
  std::vector<size_t> ipv4_at_, ipv6_at_;
};

}  // namespace pwru::test
