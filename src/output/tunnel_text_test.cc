// SPDX-License-Identifier: Apache-2.0
#include "output/tunnel_text.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>
#include <string>

#include "abi/event.h"

namespace pwru::output {
namespace {

std::string text_of(const event::Tunnel& tunnel, bool with_tcp_flags = false) {
  char text[kTunnelRoom];
  return std::string(text, append_tunnel(text, tunnel, with_tcp_flags));
}

event::Tuple tcp() {
  event::Tuple tuple;
  std::memcpy(tuple.saddr, "\x0a\x00\x00\x01", 4);
  std::memcpy(tuple.daddr, "\x0a\x00\x00\x02", 4);
  tuple.has_ports = true;
  tuple.sport = 1234;
  tuple.dport = 80;
  tuple.l4_proto = IPPROTO_TCP;
  tuple.tcp_flags = 2;
  return tuple;
}

TEST(TunnelText, KindIdAndTuple) {
  event::Tunnel tunnel;
  tunnel.kind = PWRU_TUNNEL_VXLAN;
  tunnel.id = 7;
  tunnel.has_macs = true;
  tunnel.tuple = tcp();
  EXPECT_EQ(text_of(tunnel), "vxlan(7):10.0.0.1:1234->10.0.0.2:80(tcp)");
  EXPECT_EQ(text_of(tunnel, true), "vxlan(7):10.0.0.1:1234->10.0.0.2:80(tcp:SYN)");
  tunnel.kind = PWRU_TUNNEL_GRE;
  tunnel.id.reset();
  EXPECT_EQ(text_of(tunnel), "gre:10.0.0.1:1234->10.0.0.2:80(tcp)");
  tunnel.id = 0;
  EXPECT_EQ(text_of(tunnel), "gre(0):10.0.0.1:1234->10.0.0.2:80(tcp)");
}

TEST(TunnelText, EveryKindHasAName) {
  const char* const names[] = {"unknown", "vxlan",  "geneve", "gre", "ipip",   "sit",
                               "ipip6",   "ip6ip6", "fou",    "gue", "unknown"};
  for (uint32_t kind = 0; kind < std::size(names); kind++) {
    event::Tunnel tunnel;
    tunnel.kind = kind;
    tunnel.proto = 0x0800;
    EXPECT_EQ(text_of(tunnel), std::string(names[kind]) + ":(0x0800)");
  }
}

TEST(TunnelText, WhatIsNotIpHasItsMacAddressesAndType) {
  event::Tunnel tunnel;
  tunnel.kind = PWRU_TUNNEL_VXLAN;
  tunnel.id = 7;
  tunnel.proto = 0x0806;
  tunnel.has_macs = true;
  std::memcpy(tunnel.dst_mac, "\xff\xff\xff\xff\xff\xff", 6);
  std::memcpy(tunnel.src_mac, "\x02\x00\x00\x00\x00\x0a", 6);
  EXPECT_EQ(text_of(tunnel), "vxlan(7):02:00:00:00:00:0a->ff:ff:ff:ff:ff:ff(0x0806)");
}

TEST(TunnelText, LongestFitsTheRoom) {
  event::Tunnel tunnel;
  tunnel.kind = 99;
  tunnel.id = 0xffffffff;
  event::Tuple& tuple = tunnel.tuple.emplace();
  tuple.is_v6 = true;
  std::memset(tuple.saddr, 0xff, sizeof(tuple.saddr));
  std::memset(tuple.daddr, 0xff, sizeof(tuple.daddr));
  tuple.has_ports = true;
  tuple.sport = tuple.dport = 65535;
  tuple.l4_proto = IPPROTO_TCP;
  tuple.tcp_flags = 0xff;
  EXPECT_LE(text_of(tunnel, true).size() + 3, kTunnelRoom);
}

}  // namespace
}  // namespace pwru::output
