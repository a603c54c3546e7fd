// SPDX-License-Identifier: Apache-2.0
#include "tests/filter/packets.h"

#include <fmt/core.h>

#include <initializer_list>
#include <random>

#include "tests/support/packet_builder.h"

namespace pwru::test {
namespace {

constexpr uint8_t kHopByHop = 0, kIcmp = 1, kIgmp = 2, kIpip = 4, kTcp = 6, kUdp = 17, kIpv6 = 41,
                  kRouting = 43, kFragment = 44, kGre = 47, kEsp = 50, kAh = 51, kIcmp6 = 58,
                  kNoNext = 59, kDestination = 60, kPim = 103, kVrrp = 112, kSctp = 132;
constexpr uint16_t kTypeIp = 0x0800, kTypeArp = 0x0806, kTypeRarp = 0x8035, kTypeVlan = 0x8100,
                   kTypeIpv6 = 0x86dd, kTypeMpls = 0x8847, kTypePppoeDiscovery = 0x8863,
                   kTypePppoe = 0x8864, kTypeQinq = 0x88a8, kTypeTeb = 0x6558;
constexpr uint64_t kBroadcast = 0xffffffffffff, kMulticast = 0x01005e000001;

using Packets = std::vector<Packet>;

PacketBuilder ip(uint8_t proto) { return PacketBuilder().ethernet(kTypeIp).ipv4({.proto = proto}); }
PacketBuilder ip6(uint8_t next) { return PacketBuilder().ethernet(kTypeIpv6).ipv6({.next = next}); }

void add(Packets* packets, std::string name, const PacketBuilder& builder) {
  packets->push_back({std::move(name), builder.build()});
}

void add_link_layer(Packets* out) {
  add(out, "arp request",
      PacketBuilder().ethernet_to(kBroadcast, kTypeArp).arp(1, 0x0a000001, 0x0a000002).payload(18));
  add(out, "arp reply", PacketBuilder().ethernet(kTypeArp).arp(2, 0x0a000002, 0x0a000001));
  add(out, "rarp", PacketBuilder().ethernet(kTypeRarp).arp(3, 0x0a000001, 0x0a000003));
  for (const uint16_t type : std::initializer_list<uint16_t>{
           0x809b, 0x80f3, 0x6003, 0x6001, 0x6002, 0x6004, 0x8137, 0x88cc, 0x8906, 0x9000})
    add(out, fmt::format("type {:#x}", type), PacketBuilder().ethernet(type).payload(46));
  struct Sap {
    uint8_t dsap, ssap, control;
  };
  for (const Sap& sap :
       {Sap{0x42, 0x42, 3}, Sap{0xfe, 0xfe, 3}, Sap{0xaa, 0xaa, 3}, Sap{0xe0, 0xe0, 3},
        Sap{0xf0, 0xf0, 0x7f}, Sap{0x06, 0x06, 1}, Sap{0x04, 0x05, 0x00}, Sap{0xff, 0xff, 0xff}})
    add(out, fmt::format("llc {:#x} {:#x}", sap.dsap, sap.control),
        PacketBuilder().ethernet(46).llc(sap.dsap, sap.ssap, sap.control).payload(43, 0x80));
  for (const int isis : {15, 16, 17, 18, 20, 24, 25, 26, 27, 129, 130, 131})
    add(out, fmt::format("iso {}", isis),
        PacketBuilder()
            .ethernet(60)
            .llc(0xfe, 0xfe, 3)
            .raw(std::string("\x83\x1b\x01\x00", 4))
            .raw(std::string(1, static_cast<char>(isis)))
            .payload(40));
  add(out, "snap ip",
      PacketBuilder()
          .ethernet(60)
          .llc(0xaa, 0xaa, 3)
          .raw(std::string("\0\0\0\x08\0", 5))
          .ipv4({.proto = kUdp})
          .udp(53, 53));
  add(out, "multicast mac",
      PacketBuilder()
          .ethernet_to(kMulticast, kTypeIp)
          .ipv4({.proto = kIgmp, .dst = 0xe0000001})
          .payload(8));
  add(out, "broadcast mac",
      PacketBuilder()
          .ethernet_to(kBroadcast, kTypeIp)
          .ipv4({.proto = kUdp, .dst = 0xffffffff})
          .udp(68, 67)
          .payload(240));
}

void add_tags(Packets* out) {
  for (const uint16_t tpid : {kTypeVlan, kTypeQinq, uint16_t{0x9100}}) {
    for (const uint16_t vid : std::initializer_list<uint16_t>{0, 1, 5, 100, 4095})
      add(out, fmt::format("vlan {:#x} {}", tpid, vid),
          PacketBuilder()
              .ethernet(tpid)
              .vlan(static_cast<uint16_t>(0x6000 | vid), kTypeIp)
              .ipv4({.proto = kTcp})
              .tcp()
              .payload(10));
    add(out, fmt::format("qinq {:#x}", tpid),
        PacketBuilder()
            .ethernet(tpid)
            .vlan(5, kTypeVlan)
            .vlan(100, kTypeIp)
            .ipv4({.proto = kUdp})
            .udp(53, 1053)
            .payload(20));
  }
  add(out, "vlan ip6",
      PacketBuilder()
          .ethernet(kTypeVlan)
          .vlan(5, kTypeIpv6)
          .ipv6({.next = kIcmp6})
          .icmp(128)
          .payload(56));
  add(out, "vlan arp",
      PacketBuilder().ethernet(kTypeVlan).vlan(5, kTypeArp).arp(1, 0x0a000001, 0x0a000002));
  add(out, "three tags",
      PacketBuilder()
          .ethernet(kTypeQinq)
          .vlan(1, kTypeVlan)
          .vlan(5, kTypeVlan)
          .vlan(100, kTypeIp)
          .ipv4({.proto = kIcmp})
          .icmp(8));
  add(out, "vlan without more", PacketBuilder().ethernet(kTypeVlan).vlan(5, kTypeIp));
  for (const uint32_t label : std::initializer_list<uint32_t>{0u, 16u, 1024u})
    add(out, fmt::format("mpls {}", label),
        PacketBuilder().ethernet(kTypeMpls).mpls(label, true).ipv4({.proto = kTcp}).tcp());
  add(out, "mpls twice",
      PacketBuilder()
          .ethernet(kTypeMpls)
          .mpls(100, false)
          .mpls(1024, true)
          .ipv4({.proto = kUdp})
          .udp(53, 53));
  add(out, "vlan mpls",
      PacketBuilder()
          .ethernet(kTypeVlan)
          .vlan(5, kTypeMpls)
          .mpls(1024, true)
          .ipv4({.proto = kUdp})
          .udp(53, 53));
  add(out, "pppoe discovery",
      PacketBuilder().ethernet_to(kBroadcast, kTypePppoeDiscovery).pppoe(0, 0x0101));
  add(out, "pppoe ip",
      PacketBuilder().ethernet(kTypePppoe).pppoe(7, 0x0021).ipv4({.proto = kTcp}).tcp());
  add(out, "pppoe ip6",
      PacketBuilder().ethernet(kTypePppoe).pppoe(39, 0x0057).ipv6({.next = kUdp}).udp(53, 53));
  add(out, "vlan pppoe",
      PacketBuilder()
          .ethernet(kTypeVlan)
          .vlan(5, kTypePppoe)
          .pppoe(7, 0x0021)
          .ipv4({.proto = kTcp})
          .tcp());
}

void add_ipv4(Packets* out) {
  for (const uint8_t words : std::initializer_list<uint8_t>{5, 6, 7, 10, 14, 15, 0, 1, 4})
    add(out, fmt::format("ip words {}", words),
        PacketBuilder()
            .ethernet(kTypeIp)
            .ipv4({.proto = kTcp, .words = words})
            .tcp({.flags = 0x02})
            .payload(20));
  for (const int flags :
       {0x01, 0x02, 0x04, 0x08, 0x10, 0x11, 0x12, 0x14, 0x18, 0x20, 0x29, 0x40, 0xc2, 0xff, 0x00})
    add(out, fmt::format("tcp flags {:#x}", flags),
        ip(kTcp).tcp({.flags = static_cast<uint8_t>(flags)}));
  for (const uint8_t words : std::initializer_list<uint8_t>{6, 8, 10, 15})
    add(out, fmt::format("tcp words {}", words),
        ip(kTcp).tcp({.src = 443, .dst = 40000, .words = words}).raw("GET / HTTP/1.1\r\n\r\n"));
  add(out, "tcp GET",
      ip(kTcp).tcp({.flags = 0x18, .words = 8}).raw("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  for (const uint16_t port :
       std::initializer_list<uint16_t>{22, 53, 80, 443, 5000, 8080, 9999, 65535})
    add(out, fmt::format("udp {}", port), ip(kUdp).udp(port, 40000).payload(12));
  for (const uint8_t type :
       std::initializer_list<uint8_t>{0, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18})
    add(out, fmt::format("icmp {}", type), ip(kIcmp).icmp(type, type == 3 ? 4 : 0).payload(40));
  add(out, "sctp", ip(kSctp).sctp(80, 5000).payload(16));
  add(out, "igmp", ip(kIgmp).payload(8, 0x16));
  add(out, "pim", ip(kPim).payload(8, 0x20));
  add(out, "vrrp",
      PacketBuilder()
          .ethernet_to(kMulticast, kTypeIp)
          .ipv4({.proto = kVrrp, .dst = 0xe0000012, .ttl = 255})
          .payload(20));
  add(out, "esp", ip(kEsp).payload(40));
  add(out, "ah tcp", ip(kAh).ah(kTcp).tcp());
  add(out, "igrp", ip(9).payload(20));
  add(out, "fragment first",
      PacketBuilder()
          .ethernet(kTypeIp)
          .ipv4({.proto = kUdp, .fragment = 0x2000})
          .udp(53, 53)
          .payload(400));
  add(out, "fragment later",
      PacketBuilder()
          .ethernet(kTypeIp)
          .ipv4({.proto = kUdp, .fragment = 0x2010})
          .payload(400, 0x35));
  add(out, "fragment last",
      PacketBuilder().ethernet(kTypeIp).ipv4({.proto = kTcp, .fragment = 0x0020}).payload(100, 80));
  add(out, "do not fragment",
      PacketBuilder().ethernet(kTypeIp).ipv4({.proto = kTcp, .fragment = 0x4000}).tcp());
  add(out, "other hosts",
      PacketBuilder()
          .ethernet(kTypeIp)
          .ipv4({.proto = kTcp, .src = 0xc0a80117, .dst = 0x08080808})
          .tcp({.src = 5000, .dst = 53}));
  add(out, "tos and ttl",
      PacketBuilder()
          .ethernet(kTypeIp)
          .ipv4({.proto = kUdp, .ttl = 1, .tos = 0xb8})
          .udp(5060, 5060));
  add(out, "ip version 7", PacketBuilder().ethernet(kTypeIp).raw("\x75").payload(60));
  add(out, "large tcp", ip(kTcp).tcp({.src = 80, .dst = 1234}).payload(1460));
  add(out, "larger udp", ip(kUdp).udp(9999, 53).payload(3000));
}

void add_tunnels(Packets* out) {
  const std::string inner =
      PacketBuilder().ethernet(kTypeIp).ipv4({.proto = kTcp, .src = 0xc0a80001}).tcp().build();
  add(out, "gre ip", ip(kGre).gre(kTypeIp).ipv4({.proto = kTcp}).tcp());
  add(out, "gre teb", ip(kGre).gre(kTypeTeb).raw(inner));
  add(out, "ipip", ip(kIpip).ipv4({.proto = kUdp, .src = 0xc0a80001}).udp(53, 53));
  add(out, "sit", ip(kIpv6).ipv6({.next = kTcp}).tcp());
  add(out, "ip6ip", ip6(kIpip).ipv4({.proto = kTcp}).tcp());
  add(out, "vxlan", ip(kUdp).udp(40000, 4789).vxlan(5).raw(inner));
  for (const uint8_t words : std::initializer_list<uint8_t>{0, 1, 5})
    add(out, fmt::format("geneve {}", words),
        ip(kUdp).udp(40000, 6081).geneve(5, words, kTypeTeb).raw(inner));
  add(out, "geneve ip",
      ip(kUdp).udp(40000, 6081).geneve(0xb, 2, kTypeIp).ipv4({.proto = kIcmp}).icmp(8));
  add(out, "geneve ip6 outside", ip6(kUdp).udp(40000, 6081).geneve(0xb, 0, kTypeTeb).raw(inner));
}

PacketBuilder chain(int headers, uint8_t last) {
  PacketBuilder builder = ip6(kDestination);
  for (int i = 0; i < headers; i++) builder.extension(i + 1 == headers ? last : kDestination);
  return builder;
}

void add_ipv6(Packets* out) {
  add(out, "tcp6", ip6(kTcp).tcp({.flags = 0x02}));
  add(out, "tcp6 GET", ip6(kTcp).tcp({.flags = 0x18}).raw("GET / HTTP/1.1\r\n\r\n"));
  add(out, "udp6", ip6(kUdp).udp(53, 5353).payload(30));
  add(out, "sctp6", ip6(kSctp).sctp(5000, 80));
  add(out, "no next", ip6(kNoNext));
  for (const uint8_t type :
       std::initializer_list<uint8_t>{1, 2, 3, 4, 128, 129, 133, 134, 135, 136, 137})
    add(out, fmt::format("icmp6 {}", type), ip6(kIcmp6).icmp(type).payload(24));
  add(out, "hop-by-hop tcp", ip6(kHopByHop).extension(kTcp).tcp());
  add(out, "hop-by-hop icmp6", ip6(kHopByHop).extension(kIcmp6).icmp(143).payload(20));
  add(out, "routing udp", ip6(kRouting).extension(kUdp, 2).udp(53, 53));
  add(out, "all headers",
      ip6(kHopByHop)
          .extension(kRouting, 1)
          .extension(kDestination, 2)
          .extension(kFragment)
          .fragment6(kTcp, 1)
          .tcp());
  add(out, "fragment6 first", ip6(kFragment).fragment6(kUdp, 1).udp(53, 53).payload(100));
  add(out, "fragment6 later", ip6(kFragment).fragment6(kUdp, 0x0101).payload(100, 53));
  add(out, "ah6", ip6(kAh).ah(kTcp).tcp());
  add(out, "ah6 in the middle", ip6(kHopByHop).extension(kAh).ah(kUdp, 6).udp(53, 53));
  add(out, "ah6 behind ah6", ip6(kAh).ah(kAh).ah(kTcp, 2).tcp());
  add(out, "esp6", ip6(kEsp).payload(40));
  // The filter's loop takes 31 steps. Longer chains are in another test.
  for (const int headers : {1, 2, 3, 7, 20, 30}) {
    add(out, fmt::format("chain {} tcp", headers), chain(headers, kTcp).tcp());
    add(out, fmt::format("chain {} udp", headers), chain(headers, kUdp).udp(53, 53));
  }
  add(out, "chain cut", chain(10, kTcp));
  add(out, "chain far out", ip6(kDestination).extension(kTcp, 255).payload(20));
}

void add_cut(Packets* out) {
  const std::string tcp = ip(kTcp).tcp({.flags = 0x18, .words = 8}).raw("GET / HTTP").build();
  for (size_t length = 1; length <= 72; length++)
    out->push_back({fmt::format("tcp cut at {}", length), tcp.substr(0, length)});
  const std::string udp6 = ip6(kHopByHop).extension(kUdp).udp(53, 53).payload(8).build();
  for (size_t length = 52; length <= 78; length++)
    out->push_back({fmt::format("udp6 cut at {}", length), udp6.substr(0, length)});
  const std::string vlan = PacketBuilder()
                               .ethernet(kTypeVlan)
                               .vlan(5, kTypeIp)
                               .ipv4({.proto = kUdp})
                               .udp(53, 53)
                               .build();
  for (size_t length = 12; length <= vlan.size(); length++)
    out->push_back({fmt::format("vlan cut at {}", length), vlan.substr(0, length)});
  // Lengths around the reach of the copied bytes (96) and of the cast window (126).
  const std::string large = ip(kUdp).udp(53, 53).payload(200, 7).build();
  for (const size_t length : {94, 95, 96, 97, 98, 99, 100, 124, 125, 126, 127, 128, 129, 130})
    out->push_back({fmt::format("udp cut at {}", length), large.substr(0, length)});
}

void add_random(Packets* out) {
  std::mt19937 random(20);
  const auto fill = [&](std::string bytes, size_t length) {
    while (bytes.size() < length) bytes.push_back(static_cast<char>(random()));
    return bytes;
  };
  for (int i = 0; i < 20; i++)
    out->push_back({fmt::format("random {}", i), fill("", 1 + random() % 200)});
  for (int i = 0; i < 15; i++) {
    out->push_back(
        {fmt::format("random in ip {}", i),
         fill(PacketBuilder().ethernet(kTypeIp).raw("\x45").build(), 15 + random() % 120)});
    out->push_back(
        {fmt::format("random in ip6 {}", i),
         fill(PacketBuilder().ethernet(kTypeIpv6).raw("\x60").build(), 15 + random() % 160)});
  }
}

}  // namespace

std::vector<Packet> crafted_packets() {
  Packets packets;
  add_link_layer(&packets);
  add_tags(&packets);
  add_ipv4(&packets);
  add_tunnels(&packets);
  add_ipv6(&packets);
  add_cut(&packets);
  add_random(&packets);
  return packets;
}

}  // namespace pwru::test
