// SPDX-License-Identifier: Apache-2.0
#include "tests/support/packet_builder.h"

namespace pwru::test {
namespace {

constexpr uint64_t kOurMac = 0x020000000001, kTheirMac = 0x020000000002;

void put16(std::string* bytes, size_t at, size_t value) {
  (*bytes)[at] = static_cast<char>(value >> 8);
  (*bytes)[at + 1] = static_cast<char>(value);
}

}  // namespace

void PacketBuilder::big_endian(uint64_t value, int count) {
  for (int i = count - 1; i >= 0; i--) u8(value >> (8 * i));
}

PacketBuilder& PacketBuilder::ethernet(uint16_t type) { return ethernet_to(kTheirMac, type); }

PacketBuilder& PacketBuilder::ethernet_to(uint64_t dst_mac, uint16_t type) {
  big_endian(dst_mac, 6);
  big_endian(kOurMac, 6);
  big_endian(type, 2);
  return *this;
}

PacketBuilder& PacketBuilder::vlan(uint16_t tci, uint16_t next_type) {
  big_endian(tci, 2);
  big_endian(next_type, 2);
  return *this;
}

PacketBuilder& PacketBuilder::mpls(uint32_t label, bool is_bottom) {
  big_endian(label << 12 | (is_bottom ? 0x100u : 0u) | 64, 4);
  return *this;
}

PacketBuilder& PacketBuilder::pppoe(uint16_t session, uint16_t ppp_proto) {
  big_endian(0x1100, 2);
  big_endian(session, 2);
  big_endian(0, 2);
  big_endian(ppp_proto, 2);
  return *this;
}

PacketBuilder& PacketBuilder::llc(uint8_t dsap, uint8_t ssap, uint8_t control) {
  u8(dsap);
  u8(ssap);
  u8(control);
  return *this;
}

PacketBuilder& PacketBuilder::arp(uint16_t op, uint32_t sender, uint32_t target) {
  big_endian(0x000108000604, 6);
  big_endian(op, 2);
  big_endian(kOurMac, 6);
  big_endian(sender, 4);
  big_endian(0, 6);
  big_endian(target, 4);
  return *this;
}

PacketBuilder& PacketBuilder::ipv4(const Ipv4& header) {
  ipv4_at_.push_back(bytes_.size());
  u8(unsigned{header.version} << 4 | header.words);
  u8(header.tos);
  big_endian(0, 2);  // total length: build() fills it in
  big_endian(0x1234, 2);
  big_endian(header.fragment, 2);
  u8(header.ttl);
  u8(header.proto);
  big_endian(0, 2);
  big_endian(header.src, 4);
  big_endian(header.dst, 4);
  for (int word = 5; word < header.words; word++) big_endian(0x01010101, 4);
  return *this;
}

PacketBuilder& PacketBuilder::ipv6(const Ipv6& header) {
  ipv6_at_.push_back(bytes_.size());
  big_endian(uint64_t{header.version} << 28, 4);
  big_endian(0, 2);  // payload length: build() fills it in
  u8(header.next);
  u8(64);
  for (const uint8_t last : {header.src, header.dst}) {
    big_endian(0xfd00000000000000, 8);
    big_endian(last, 8);
  }
  return *this;
}

PacketBuilder& PacketBuilder::extension(uint8_t next, uint8_t units) {
  u8(next);
  u8(units);
  return payload(8 * (size_t{units} + 1) - 2);
}

PacketBuilder& PacketBuilder::fragment6(uint8_t next, uint16_t offset_and_flags) {
  u8(next);
  u8(0);
  big_endian(offset_and_flags, 2);
  big_endian(0xabcd, 4);
  return *this;
}

PacketBuilder& PacketBuilder::ah(uint8_t next, uint8_t words) {
  u8(next);
  u8(words);
  return payload(4 * (size_t{words} + 2) - 2);
}

PacketBuilder& PacketBuilder::esp(uint32_t spi) {
  big_endian(spi, 4);
  big_endian(1, 4);
  return payload(24, 0x99);
}

PacketBuilder& PacketBuilder::tcp(const Tcp& header) {
  big_endian(header.src, 2);
  big_endian(header.dst, 2);
  big_endian(0x1020304050607080, 8);
  u8(header.words << 4);
  u8(header.flags);
  big_endian(0x2000, 2);
  big_endian(0, 4);
  for (int word = 5; word < header.words; word++) big_endian(0x01010101, 4);
  return *this;
}

PacketBuilder& PacketBuilder::udp(uint16_t src, uint16_t dst) {
  big_endian(src, 2);
  big_endian(dst, 2);
  big_endian(0x00100000, 4);
  return *this;
}

PacketBuilder& PacketBuilder::sctp(uint16_t src, uint16_t dst) {
  big_endian(src, 2);
  big_endian(dst, 2);
  big_endian(0x0102030405060708, 8);
  return *this;
}

PacketBuilder& PacketBuilder::icmp(uint8_t type, uint8_t code) {
  u8(type);
  u8(code);
  big_endian(0x000000010002, 6);
  return *this;
}

PacketBuilder& PacketBuilder::gre(uint16_t type, uint16_t flags, uint32_t key) {
  big_endian(flags, 2);
  big_endian(type, 2);
  if (flags & 0x8000) big_endian(0, 4);
  if (flags & 0x2000) big_endian(key, 4);
  if (flags & 0x1000) big_endian(0, 4);
  return *this;
}

PacketBuilder& PacketBuilder::vxlan(uint32_t vni) {
  big_endian(0x08000000, 4);
  big_endian(vni << 8, 4);
  return *this;
}

PacketBuilder& PacketBuilder::gue(uint8_t proto, uint8_t option_words) {
  u8(option_words);
  u8(proto);
  big_endian(0, 2);
  return payload(4 * size_t{option_words});
}

PacketBuilder& PacketBuilder::geneve(uint32_t vni, uint8_t option_words, uint16_t type) {
  u8(option_words);
  u8(0);
  big_endian(type, 2);
  big_endian(vni << 8, 4);
  return payload(4 * size_t{option_words});
}

PacketBuilder& PacketBuilder::payload(size_t count, uint8_t first) {
  for (size_t i = 0; i < count; i++) u8(first + i);
  return *this;
}

PacketBuilder& PacketBuilder::raw(std::string_view bytes) {
  bytes_ += bytes;
  return *this;
}

std::string PacketBuilder::build() const {
  std::string bytes = bytes_;
  for (const size_t at : ipv4_at_) put16(&bytes, at + 2, bytes.size() - at);
  for (const size_t at : ipv6_at_) put16(&bytes, at + 4, bytes.size() - at - 40);
  return bytes;
}

}  // namespace pwru::test
