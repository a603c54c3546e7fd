// SPDX-License-Identifier: Apache-2.0
#include "event/tuple_text.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>
#include <random>
#include <string>

namespace pwru::event {
namespace {

Tuple tuple_of(const char* saddr, const char* daddr, uint8_t protocol) {
  Tuple tuple;
  tuple.is_v6 = std::strchr(saddr, ':') != nullptr;
  const int family = tuple.is_v6 ? AF_INET6 : AF_INET;
  EXPECT_EQ(inet_pton(family, saddr, tuple.saddr), 1);
  EXPECT_EQ(inet_pton(family, daddr, tuple.daddr), 1);
  tuple.l4_proto = protocol;
  return tuple;
}

Tuple with_ports(Tuple tuple, uint16_t sport, uint16_t dport) {
  tuple.has_ports = true;
  tuple.sport = sport;
  tuple.dport = dport;
  return tuple;
}

std::string text_of(const Tuple& tuple, bool with_tcp_flags = false) {
  char text[kTupleRoom];
  return std::string(text, append_tuple(text, tuple, with_tcp_flags));
}

std::string ipv6_text(const uint8_t address[16]) {
  char text[kTupleRoom];
  return std::string(text, append_ipv6(text, address));
}

std::string reference_ipv6(const uint8_t address[16]) {
  char text[INET6_ADDRSTRLEN];
  EXPECT_NE(inet_ntop(AF_INET6, address, text, sizeof(text)), nullptr);
  return text;
}

TEST(TupleText, PortsAndProtocol) {
  EXPECT_EQ(text_of(with_ports(tuple_of("1.2.3.4", "5.6.7.8", IPPROTO_TCP), 80, 90)),
            "1.2.3.4:80->5.6.7.8:90(tcp)");
  EXPECT_EQ(text_of(with_ports(tuple_of("::1", "::1", IPPROTO_UDP), 80, 65535)),
            "[::1]:80->[::1]:65535(udp)");
  EXPECT_EQ(text_of(with_ports(tuple_of("255.0.10.1", "0.0.0.0", IPPROTO_SCTP), 0, 256)),
            "255.0.10.1:0->0.0.0.0:256(sctp)");
}

TEST(TupleText, TcpFlagsInHeaderOrder) {
  Tuple tuple = with_ports(tuple_of("1.2.3.4", "5.6.7.8", IPPROTO_TCP), 1, 2);
  EXPECT_EQ(text_of(tuple, true), "1.2.3.4:1->5.6.7.8:2(tcp)");
  tuple.tcp_flags = 0x12;
  EXPECT_EQ(text_of(tuple, true), "1.2.3.4:1->5.6.7.8:2(tcp:SYN|ACK)");
  EXPECT_EQ(text_of(tuple, false), "1.2.3.4:1->5.6.7.8:2(tcp)");
  tuple.tcp_flags = 0xff;
  EXPECT_EQ(text_of(tuple, true), "1.2.3.4:1->5.6.7.8:2(tcp:FIN|SYN|RST|PSH|ACK|URG|ECE|CWR)");
  tuple.l4_proto = IPPROTO_UDP;
  EXPECT_EQ(text_of(tuple, true), "1.2.3.4:1->5.6.7.8:2(udp)");
}

TEST(TupleText, IcmpTypeAndCode) {
  Tuple tuple = tuple_of("10.0.0.1", "10.0.0.2", IPPROTO_ICMP);
  EXPECT_EQ(text_of(tuple), "10.0.0.1:0->10.0.0.2:0(icmp)");
  tuple.has_icmp = true;
  tuple.icmp_type = 8;
  EXPECT_EQ(text_of(tuple), "10.0.0.1:0->10.0.0.2:0(icmp:8/0)");
  tuple = tuple_of("fe80::1", "ff02::1:ff00:2", IPPROTO_ICMPV6);
  tuple.has_icmp = true;
  tuple.icmp_type = 135;
  tuple.icmp_code = 255;
  EXPECT_EQ(text_of(tuple), "[fe80::1]:0->[ff02::1:ff00:2]:0(icmp6:135/255)");
}

TEST(TupleText, LaterFragmentHasNoPorts) {
  Tuple tuple = tuple_of("10.0.0.1", "10.0.0.2", IPPROTO_UDP);
  tuple.is_later_fragment = true;
  EXPECT_EQ(text_of(tuple), "10.0.0.1->10.0.0.2(udp)");
  tuple = with_ports(tuple_of("2001:db8::1", "2001:db8::2", IPPROTO_TCP), 1, 2);
  tuple.is_later_fragment = true;
  tuple.tcp_flags = 2;
  EXPECT_EQ(text_of(tuple, true), "[2001:db8::1]->[2001:db8::2](tcp)");
}

TEST(TupleText, SpiOfEspAndAh) {
  Tuple tuple = tuple_of("10.0.0.1", "10.0.0.2", IPPROTO_ESP);
  tuple.has_spi = true;
  tuple.spi = 0x1234;
  EXPECT_EQ(text_of(tuple), "10.0.0.1:0->10.0.0.2:0(esp:0x00001234)");
  tuple.l4_proto = IPPROTO_AH;
  tuple.spi = 0xfedcba98;
  EXPECT_EQ(text_of(tuple), "10.0.0.1:0->10.0.0.2:0(ah:0xfedcba98)");
  tuple = with_ports(tuple_of("::1", "::2", IPPROTO_TCP), 1, 2);
  tuple.tcp_flags = 2;
  tuple.has_spi = true;
  EXPECT_EQ(text_of(tuple, true), "[::1]:1->[::2]:2(tcp:SYN,ah:0x00000000)");
}

TEST(TupleText, OtherProtocols) {
  const std::pair<int, const char*> cases[] = {
      {IPPROTO_GRE, "gre"},
      {IPPROTO_ESP, "esp"},
      {IPPROTO_AH, "ah"},
      {IPPROTO_IGMP, "igmp"},
      {IPPROTO_IPIP, "ipip"},
      {IPPROTO_IPV6, "ipv6"},
      {89, "ospf"},
      {112, "vrrp"},
      {IPPROTO_PIM, "pim"},
      {IPPROTO_DCCP, "dccp"},
      {136, "udplite"},
      {253, "253"},
      {0, "0"},
  };
  for (const auto& [protocol, name] : cases)
    EXPECT_EQ(text_of(tuple_of("10.0.0.1", "10.0.0.2", static_cast<uint8_t>(protocol))),
              "10.0.0.1:0->10.0.0.2:0(" + std::string(name) + ")");
}

TEST(TupleText, LongestFitsTheRoom) {
  Tuple tuple = with_ports(tuple_of("1111:2222:3333:4444:5555:6666:7777:8888",
                                    "aaaa:bbbb:cccc:dddd:eeee:ffff:1111:2222", IPPROTO_TCP),
                           65535, 65535);
  tuple.tcp_flags = 0xff;
  tuple.has_spi = true;
  char text[kTupleRoom + 1];
  text[kTupleRoom] = 'x';
  EXPECT_EQ(append_tuple(text, tuple, true) - text, 147);
  EXPECT_EQ(text[kTupleRoom], 'x');
}

TEST(TupleText, Ipv4EqualsInetNtop) {
  std::mt19937 random(4);
  for (int i = 0; i < 100000; ++i) {
    const uint32_t address = static_cast<uint32_t>(random());
    uint8_t bytes[4];
    std::memcpy(bytes, &address, 4);
    char expected[INET_ADDRSTRLEN];
    ASSERT_NE(inet_ntop(AF_INET, bytes, expected, sizeof(expected)), nullptr);
    char text[kTupleRoom];
    ASSERT_EQ(std::string(text, append_ipv4(text, bytes)), expected);
  }
}

// Every pattern of zero groups, so every place and length of "::".
TEST(TupleText, Ipv6EqualsInetNtopForEveryZeroPattern) {
  for (unsigned group : {0x1u, 0x20u, 0x300u, 0xffffu}) {
    for (unsigned pattern = 0; pattern < 256; ++pattern) {
      uint8_t address[16] = {};
      for (int i = 0; i < 8; ++i) {
        if ((pattern >> i & 1) == 0) continue;
        address[2 * i] = static_cast<uint8_t>(group >> 8);
        address[2 * i + 1] = static_cast<uint8_t>(group);
      }
      ASSERT_EQ(ipv6_text(address), reference_ipv6(address)) << pattern;
    }
  }
}

TEST(TupleText, Ipv6EqualsInetNtopForRandomAddresses) {
  std::mt19937 random(6);
  for (int i = 0; i < 100000; ++i) {
    uint8_t address[16];
    // Zero bytes are frequent, so that groups of every length and "::" are.
    for (uint8_t& byte : address)
      byte = random() % 3 == 0 ? uint8_t{0} : static_cast<uint8_t>(random());
    ASSERT_EQ(ipv6_text(address), reference_ipv6(address));
  }
}

}  // namespace
}  // namespace pwru::event
