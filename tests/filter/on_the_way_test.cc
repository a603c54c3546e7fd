// SPDX-License-Identifier: Apache-2.0
// Tests packets that libpcap cannot judge: without a MAC header, or with one that the kernel has
// not noted yet; and values of an skb that are no bytes of its packet. The wanted verdict stands
// with each.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/filter/harness_test.h"
#include "tests/support/packet_builder.h"

namespace pwru::test {
namespace {

constexpr size_t kEthernetBytes = 14;

struct OnTheWay {
  std::string name;
  std::string bytes;
  SkbView view;
};

// Packets in states that libpcap never sees, with the verdict that is wanted for each.
std::vector<OnTheWay> packets_on_their_way() {
  const auto icmp = [] {
    return PacketBuilder()
        .ethernet(0x0800)
        .ipv4({.proto = 1, .dst = 0x7f000009})
        .icmp(8)
        .payload(20)
        .build();
  };
  const std::string arp =
      PacketBuilder().ethernet_to(0xffffffffffff, 0x0806).arp(1, 0x0a000001, 0x0a000002).build();
  const std::string icmp6 = PacketBuilder().ethernet(0x86dd).ipv6({.next = 58}).icmp(128).build();
  // The label looks like the version of IPv4, and the bytes at the place of a source address are
  // not in 10.0.0.0/8.
  const std::string mpls =
      PacketBuilder().ethernet(0x8847).mpls(0x45000, true).ipv4({.proto = 1}).icmp(8).build();
  const auto behind = [](const std::string& frame) { return frame.substr(kEthernetBytes); };
  const std::string ip = behind(icmp());
  const std::string tagged = PacketBuilder()
                                 .ethernet(0x8100)
                                 .vlan(5, 0x0800)
                                 .ipv4({.proto = 1, .dst = 0x7f000009})
                                 .icmp(8)
                                 .build();
  return {
      {"ICMP in ip_output()", ip, {.has_ethernet = false, .protocol = 0x0800}},
      {"ICMP in ip_local_out()", ip, {.has_ethernet = false}},
      {"ICMP behind eth_header()", icmp(), {.is_pushed = true, .protocol = 0x0800}},
      {"MPLS in mpls_xmit()", behind(mpls), {.has_ethernet = false, .protocol = 0x8847}},
      {"ARP behind eth_header()", arp, {.is_pushed = true, .protocol = 0x0806}},
      {"ARP before eth_header()", behind(arp), {.has_ethernet = false, .protocol = 0x0806}},
      {"ICMPv6 in ip6_output()", behind(icmp6), {.has_ethernet = false, .protocol = 0x86dd}},
      {"VXLAN with ARP in iptunnel_xmit()",
       ip,
       {.has_ethernet = false, .is_tunnelled = true, .protocol = 0x0806}},
      {"ICMP before vlan_dev_hard_start_xmit()",
       ip,
       {.has_ethernet = false, .vlan_proto = 0x8100, .vlan_tci = 5, .protocol = 0x0800}},
      {"ICMP behind vlan_dev_hard_header()",
       tagged,
       {.is_pushed = true, .protocol = 0x8100, .pushed_tag_bytes = 4}},
      {"ICMP within vlan_dev_hard_header()", ip, {.has_ethernet = false, .protocol = 0x8100}},
      {"ICMP out of ESP, behind xfrm4_transport_input()",
       icmp().insert(kEthernetBytes, 8, 'e'),
       {.protocol = 0x0800, .taken_off_bytes = 8}},
  };
}

struct WantedVerdicts {
  const char* expression;
  const char* verdicts;  // one character for each packet above; '1': it matches
};

// The Ethernet header of these packets goes from 02:..:01 to 02:..:02, that of the ARP request to
// all.
constexpr WantedVerdicts kWantedVerdicts[] = {
    {"icmp", "111000011011"},
    {"icmp and not ether host 02:00:00:00:00:99", "111000011011"},
    {"icmp and not ether multicast", "111000011011"},
    {"not broadcast and not multicast and icmp", "111000011011"},
    {"icmp or (vlan and icmp)", "111000011111"},
    {"vlan and icmp", "000000001100"},
    {"vlan", "000000001100"},
    {"vlan 6", "000000000000"},
    {"not vlan", "111111110011"},
    {"icmp and not ether host 02:00:00:00:00:01", "110000011011"},
    {"ether host 02:00:00:00:00:01", "001010000100"},
    {"not ether host 02:00:00:00:00:01", "110101111011"},
    {"ether src 02:00:00:00:00:01 or icmp", "111010011111"},
    {"broadcast", "000010000000"},
    {"ether broadcast or icmp6", "000010100000"},
    {"multicast", "000010000000"},
    {"ether[0] & 1 != 0", "000010000000"},
    {"arp", "000011000000"},
    {"arp and arp[7] = 1", "000011000000"},
    {"not arp", "111100111111"},
    {"ip", "111000011011"},
    {"ip and not src net 10.0.0.0/8", "000000000000"},
    {"not ip", "000111100100"},
    {"ip6", "000000100000"},
    {"icmp6", "000000100000"},
    {"mpls", "000100000000"},
    {"mpls and icmp", "000100000000"},
    {"ether proto 0x8847", "000100000000"},
    {"ether[12:2] = 0x0800", "111000011011"},
    {"ether[12] = 8", "111011011011"},
    {"ether[13:2] = 0x0045", "111000011011"},
    {"ether[12:4] = 0x08004500", "111000011011"},
    {"ether[14] = 0x45", "111100011011"},
    {"ip[0] = 0x45", "111000011011"},
    {"len = 62", "111000111011"},
    {"dst host 127.0.0.9", "111000011011"},
    {"len < 40", "000000000000"},
};

class OnTheWayTest : public HarnessTest<> {
 protected:
  std::vector<Way> ways(const std::string& expression) {
    if (!has_cast()) return {Way::Copied};
    const auto can_hit = harness_->can_hit(expression);
    EXPECT_TRUE(can_hit) << expression;
    if (can_hit && *can_hit) return {Way::Cast, Way::Copied, Way::Hit};
    return {Way::Cast, Way::Copied};
  }

  // One verdict for each packet; '1': it matches.
  void expect(const std::string& expression, const std::vector<OnTheWay>& packets,
              const std::string& wanted) {
    for (const Way way : ways(expression)) {
      const auto loaded = harness_->load(expression, way);
      ASSERT_TRUE(loaded) << expression << ": " << loaded.error().what;
      std::string verdicts;
      for (const OnTheWay& packet : packets) {
        harness_->place(packet.bytes, packet.view);
        const auto verdict = way == Way::Hit ? harness_->run_hit(0) : harness_->run();
        ASSERT_TRUE(verdict) << expression << " on " << packet.name << ": " << verdict.error().what;
        verdicts += *verdict ? '1' : '0';
      }
      EXPECT_EQ(verdicts, wanted) << "'" << expression << "', way " << static_cast<int>(way);
    }
  }
};

TEST_F(OnTheWayTest, PacketsHaveTheVerdictsWanted) {
  const auto packets = packets_on_their_way();
  for (const WantedVerdicts& wanted : kWantedVerdicts)
    expect(wanted.expression, packets, wanted.verdicts);
}

// 0xfffff000 is SKF_AD_OFF. The numbers added to it are those of linux/filter.h.
TEST_F(OnTheWayTest, WhatTheSkbSaysIsAsked) {
  const SkbView view = {.vlan_proto = 0x88a8,
                        .vlan_tci = 7,
                        .protocol = 0x86dd,
                        .mark = 0x12345678,
                        .hash = 0xfedcba98,
                        .iif = 3,
                        .queue = 300};
  const std::pair<const char*, bool> wanted[] = {
      {"ether[0xfffff000:2] = 0x86dd", true},
      {"ether[0xfffff000:2] = 0x0800", false},
      {"ether[0xfffff014:4] = 0x12345678", true},
      {"ether[0xfffff014:4] != 0x12345678", false},
      {"ether[0xfffff018:2] = 300", true},
      {"ether[0xfffff020:4] = 0xfedcba98", true},
      {"ether[0xfffff02c:2] = 7", true},
      {"ether[0xfffff030] = 1", true},
      {"ether[0xfffff03c:2] = 0x88a8", true},
      {"ether[0xfffff01c:2] = 0xffff", true},
      {"inbound", true},
      {"outbound", false},
      {"ip and inbound", true},
      {"arp or outbound", false},
      {"ifindex 3", false},
      {"not ifindex 3", true},
      {"icmp or ifindex 3", true},
      {"inbound and vlan 7 and icmp", true},
  };
  const std::string icmp = PacketBuilder().ethernet(0x0800).ipv4({.proto = 1}).icmp(8).build();
  for (const auto& [expression, verdict] : wanted)
    expect(expression, {{"ICMP", icmp, view}}, verdict ? "1" : "0");
}

}  // namespace
}  // namespace pwru::test
