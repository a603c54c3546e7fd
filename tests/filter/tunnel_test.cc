// SPDX-License-Identifier: Apache-2.0
// Runs the tunnel code in the kernel on packets of every kind: what is found in tunnels, which
// filters match it, and which tuples and tunnels are found in page fragments.
#include <gtest/gtest.h>

#include "event/event.h"
#include "output/tunnel_text.h"
#include "tests/filter/harness_test.h"
#include "tests/filter/packets.h"
#include "tests/support/packet_builder.h"

namespace pwru::test {
namespace {

constexpr uint8_t kIpip = 4, kTcp = 6, kUdp = 17, kIpv6 = 41, kFragment = 44, kGre = 47,
                  kDestination = 60;
constexpr uint16_t kTypeIp = 0x0800, kTypeArp = 0x0806, kTypeVlan = 0x8100, kTypeIpv6 = 0x86dd,
                   kTypeTeb = 0x6558, kTypeMpls = 0x8847;
constexpr uint16_t kChecksum = 0x8000, kRouting = 0x4000, kKey = 0x2000, kSequence = 0x1000;

PacketBuilder ip(uint8_t proto) { return PacketBuilder().ethernet(kTypeIp).ipv4({.proto = proto}); }
PacketBuilder ip6(uint8_t next) { return PacketBuilder().ethernet(kTypeIpv6).ipv6({.next = next}); }
PacketBuilder vxlan(uint16_t port = 4789) { return ip(kUdp).udp(40000, port).vxlan(7); }

// A packet from 192.168.0.1.
std::string tcp4() {
  return PacketBuilder().ipv4({.proto = kTcp, .src = 0xc0a80001}).tcp({.flags = 2}).build();
}
std::string tcp6() { return PacketBuilder().ipv6({.next = kTcp}).tcp({.flags = 2}).build(); }
std::string frame(uint16_t type, const std::string& packet) {
  return PacketBuilder().ethernet(type).raw(packet).build();
}
std::string arp() { return PacketBuilder().arp(1, 0x0a000001, 0x0a000002).build(); }

constexpr const char* kTcp4Text = "192.168.0.1:1234->10.0.0.2:80(tcp:SYN)";
constexpr const char* kTcp6Text = "[fd00::1]:1234->[fd00::2]:80(tcp:SYN)";

// The text that the tracer prints; "" is no tunnel.
std::string text_of(const pwru_tunnel& wire) {
  struct {
    pwru_event core = {};
    pwru_tunnel tunnel;
  } record;
  record.core.parts = PWRU_PART_TUNNEL;
  record.tunnel = wire;
  const auto event =
      event::decode({reinterpret_cast<const std::byte*>(&record), sizeof(record)}, 0, {});
  EXPECT_TRUE(event);
  if (!event->tunnel) return "";
  char text[output::kTunnelRoom];
  return std::string(text, output::append_tunnel(text, *event->tunnel, true));
}

class Tunnel : public WayTest {
 protected:
  void load(const std::string& l2, const std::string& l3) {
    const auto loaded = harness_->load_tunnel(l2, l3, GetParam());
    ASSERT_TRUE(loaded) << l2 << ", " << l3 << ": " << loaded.error().what;
  }
  // With the whole frame, and with the IP packet only.
  std::string text(const std::string& packet) {
    const std::string with_ethernet = text(packet, {});
    const std::string ip_only = text(packet.substr(14), {.has_ethernet = false});
    EXPECT_EQ(with_ethernet, ip_only);
    return with_ethernet;
  }
  std::string text(const std::string& packet, const SkbView& view) {
    harness_->place(packet, view);
    const auto tunnel = harness_->read_tunnel();
    EXPECT_TRUE(tunnel) << tunnel.error().what;
    return tunnel ? text_of(*tunnel) : "";
  }
  bool matches(const std::string& packet) {
    harness_->place(packet, {});
    const auto verdict = harness_->run_tunnel();
    EXPECT_TRUE(verdict) << verdict.error().what;
    return verdict.value_or(false);
  }
};

TEST_P(Tunnel, EveryKindIsRead) {
  ASSERT_NO_FATAL_FAILURE(load("", ""));
  const std::string in_frame = frame(kTypeIp, tcp4());
  const struct {
    std::string packet, text;
  } cases[] = {
      {vxlan().raw(in_frame).build(), std::string("vxlan(7):") + kTcp4Text},
      {vxlan(8472).raw(frame(kTypeIpv6, tcp6())).build(), std::string("vxlan(7):") + kTcp6Text},
      {vxlan().ethernet(kTypeVlan).vlan(5, kTypeIp).raw(tcp4()).build(),
       std::string("vxlan(7):") + kTcp4Text},
      {vxlan().raw(frame(kTypeArp, arp())).build(),
       "vxlan(7):02:00:00:00:00:01->02:00:00:00:00:02(0x0806)"},
      {ip6(kUdp).udp(40000, 4789).vxlan(0xffffff).raw(in_frame).build(),
       std::string("vxlan(16777215):") + kTcp4Text},
      {ip(kUdp).udp(40000, 6081).geneve(9, 0, kTypeTeb).raw(in_frame).build(),
       std::string("geneve(9):") + kTcp4Text},
      {ip(kUdp).udp(40000, 6081).geneve(9, 63, kTypeTeb).raw(in_frame).build(),
       std::string("geneve(9):") + kTcp4Text},
      {ip6(kUdp).udp(40000, 6081).geneve(0, 2, kTypeIpv6).raw(tcp6()).build(),
       std::string("geneve(0):") + kTcp6Text},
      {ip(kGre).gre(kTypeIp).raw(tcp4()).build(), std::string("gre:") + kTcp4Text},
      {ip(kGre).gre(kTypeIpv6, kKey, 0xffffffff).raw(tcp6()).build(),
       std::string("gre(4294967295):") + kTcp6Text},
      {ip(kGre).gre(kTypeTeb, kChecksum | kKey | kSequence, 5).raw(in_frame).build(),
       std::string("gre(5):") + kTcp4Text},
      {ip6(kGre).gre(kTypeIp, kChecksum | kSequence).raw(tcp4()).build(),
       std::string("gre:") + kTcp4Text},
      {ip(kGre).gre(kTypeMpls, kKey, 5).payload(20).build(), "gre(5):(0x8847)"},
      {ip(kGre).gre(kTypeMpls).mpls(9, false).mpls(10, true).raw(tcp4()).build(),
       std::string("gre:") + kTcp4Text},
      {ip(kUdp).udp(40000, 6080).gue(kIpip).raw(tcp4()).build(), std::string("gue:") + kTcp4Text},
      {ip6(kUdp).udp(40000, 6080).gue(kIpv6, 31).raw(tcp6()).build(),
       std::string("gue:") + kTcp6Text},
      {ip(kUdp).udp(40000, 6080).gue(kGre, 1).gre(kTypeTeb, kKey, 6).raw(in_frame).build(),
       std::string("gue(6):") + kTcp4Text},
      {ip(kUdp).udp(40000, 6080).raw(tcp6()).build(), std::string("gue:") + kTcp6Text},
      {ip(kIpip).raw(tcp4()).build(), std::string("ipip:") + kTcp4Text},
      {ip(kIpv6).raw(tcp6()).build(), std::string("sit:") + kTcp6Text},
      {ip6(kIpip).raw(tcp4()).build(), std::string("ipip6:") + kTcp4Text},
      {ip6(kIpv6).raw(tcp6()).build(), std::string("ip6ip6:") + kTcp6Text},
      // The header that limits the nesting stands in front (encaplimit of ip6_tunnel).
      {ip6(kDestination).extension(kIpv6).raw(tcp6()).build(), std::string("ip6ip6:") + kTcp6Text},
      {PacketBuilder().ethernet(kTypeIp).ipv4({.proto = kIpip, .words = 10}).raw(tcp4()).build(),
       std::string("ipip:") + kTcp4Text},
      // Of a tunnel in a tunnel the outer one is printed.
      {ip(kIpip).raw(vxlan().raw(in_frame).build().substr(14)).build(),
       "ipip:10.0.0.1:40000->10.0.0.2:4789(udp)"},
  };
  for (const auto& test : cases) EXPECT_EQ(text(test.packet), test.text);
}

TEST_P(Tunnel, OtherPacketsAreNone) {
  ASSERT_NO_FATAL_FAILURE(load("", ""));
  for (const std::string& packet :
       {ip(kTcp).tcp().payload(60).build(), ip(kUdp).udp(4789, 53).vxlan(7).payload(60).build(),
        frame(kTypeArp, arp()),
        // VXLAN without a VNI, GRE of PPTP and GRE with routing, Geneve of a later version.
        ip(kUdp).udp(40000, 4789).payload(60).build(), ip(kGre).gre(kTypeIp, 1).raw(tcp4()).build(),
        ip(kGre).gre(kTypeIp, kRouting).raw(tcp4()).build(),
        ip(kUdp).udp(40000, 6081).raw("\x40").payload(60).build(),
        // GUE that carries control messages or another protocol; FOU, which the bytes alone cannot
        // identify.
        ip(kUdp).udp(40000, 6080).raw("\x20").payload(60, kIpip).build(),
        ip(kUdp).udp(40000, 6080).gue(kTcp).payload(60).build(),
        ip(kUdp).udp(40000, 5555).raw(tcp4()).build(),
        // Later fragments carry no header.
        PacketBuilder().ethernet(kTypeIp).ipv4({.proto = kIpip, .fragment = 9}).raw(tcp4()).build(),
        ip6(kFragment).fragment6(kIpv6, 0x0100).raw(tcp6()).build()})
    EXPECT_EQ(text(packet), "");
}

// Headers that no port identifies end where the packet begins that the tunnel device was given.
TEST_P(Tunnel, OfThisHostIsKnownOnAnyPort) {
  ASSERT_NO_FATAL_FAILURE(load("", "tcp port 80"));
  constexpr uint16_t kUdpEnd = 14 + 20 + 8;
  const std::string in_frame = frame(kTypeIp, tcp4());
  const auto udp = [] { return ip(kUdp).udp(40000, 5555); };
  const struct {
    std::string packet;
    uint16_t header_bytes;  // behind the UDP header
    bool has_frame;
    std::string text;
  } cases[] = {
      {udp().raw(tcp4()).build(), 0, false, std::string("fou:") + kTcp4Text},
      {udp().raw(tcp6()).build(), 0, false, std::string("fou:") + kTcp6Text},
      {udp().gre(kTypeIp, kKey | kSequence, 5).raw(tcp4()).build(), 12, false,
       std::string("fou(5):") + kTcp4Text},
      {udp().gre(kTypeTeb).raw(in_frame).build(), 4, true, std::string("fou:") + kTcp4Text},
      {udp().gue(kIpip, 2).raw(tcp4()).build(), 12, false, std::string("gue:") + kTcp4Text},
      {udp().gue(kGre).gre(kTypeIpv6, kKey, 7).raw(tcp6()).build(), 12, false,
       std::string("gue(7):") + kTcp6Text},
      {udp().vxlan(7).raw(in_frame).build(), 8, true, std::string("vxlan(7):") + kTcp4Text},
  };
  for (const auto& test : cases) {
    const auto at = static_cast<uint16_t>(kUdpEnd + test.header_bytes);
    SkbView view = {.inner_frame_at = at,
                    .inner_packet_at = static_cast<uint16_t>(at + (test.has_frame ? 14 : 0))};
    EXPECT_EQ(text(test.packet, view), test.text);
    EXPECT_TRUE(*harness_->run_tunnel()) << test.text;
    view.inner_packet_at++;
    view.inner_frame_at++;
    EXPECT_EQ(text(test.packet, view), "");
    EXPECT_EQ(text(test.packet), "");
  }
  // ESP in UDP: the kernel notes where the inner packet was, which is encrypted.
  EXPECT_EQ(text(udp().esp(0x00000800).build(), {.inner_packet_at = kUdpEnd + 4}), "");
  EXPECT_EQ(text(udp().esp(0x03040000).build(), {.inner_packet_at = kUdpEnd + 16}), "");
}

// Nothing is made up for missing bytes: the tunnel header is whole, or there is no tunnel; the
// inner addresses are whole, or there are none.
TEST_P(Tunnel, CutAtEveryByte) {
  ASSERT_NO_FATAL_FAILURE(load("", ""));
  const std::string whole =
      ip(kUdp).udp(40000, 6081).geneve(9, 2, kTypeTeb).raw(frame(kTypeIp, tcp4())).build();
  const size_t tunnel_end = 14 + 20 + 8 + 16, ip_at = tunnel_end + 14;
  for (size_t length = 14; length < whole.size(); length++) {
    const std::string seen = text(whole.substr(0, length));
    if (length < tunnel_end) {
      EXPECT_EQ(seen, "") << length;
    } else if (length < ip_at) {
      EXPECT_EQ(seen, "geneve(9):(0x0000)") << length;
    } else if (length < ip_at + 20) {
      EXPECT_EQ(seen, "geneve(9):02:00:00:00:00:01->02:00:00:00:00:02(0x0800)") << length;
    } else if (length < ip_at + 24) {
      EXPECT_EQ(seen, "geneve(9):192.168.0.1:0->10.0.0.2:0(tcp)") << length;
    }
  }
}

TEST_P(Tunnel, FiltersSeeWhatIsInside) {
  const std::string in_vxlan = vxlan().raw(frame(kTypeIp, tcp4())).build();
  const std::string arp_in_vxlan = vxlan().raw(frame(kTypeArp, arp())).build();
  const std::string tag_in_vxlan = vxlan().ethernet(kTypeVlan).vlan(5, kTypeIp).raw(tcp4()).build();
  const std::string in_ipip = ip(kIpip).raw(tcp4()).build();
  const std::string in_sit = ip(kIpv6).raw(tcp6()).build();
  const std::string bare = ip(kTcp).tcp().build();
  const std::string nested = ip(kIpip).raw(in_vxlan.substr(14)).build();
  const struct {
    std::string l2, l3;
    std::vector<std::string> taken, refused;
  } cases[] = {
      {"", "tcp port 80", {in_vxlan, tag_in_vxlan, in_ipip, in_sit}, {arp_in_vxlan, bare, nested}},
      {"", "src host 192.168.0.1", {in_vxlan, in_ipip}, {in_sit, bare, nested}},
      {"", "udp port 4789", {nested}, {in_vxlan, in_ipip, bare}},
      {"", "ip6", {in_sit}, {in_vxlan, in_ipip, bare}},
      {"tcp port 80", "", {in_vxlan}, {in_ipip, in_sit, arp_in_vxlan, bare, nested}},
      {"ether src 02:00:00:00:00:01", "", {in_vxlan, arp_in_vxlan}, {in_ipip, bare}},
      {"arp", "", {arp_in_vxlan}, {in_vxlan, in_ipip, bare}},
      {"vlan 5 and tcp", "", {tag_in_vxlan}, {in_vxlan, bare}},
      {"ip", "tcp", {in_vxlan}, {arp_in_vxlan, tag_in_vxlan, in_ipip, bare}},
      {"ip", "udp", {}, {in_vxlan, in_ipip, bare}},
      {"", "greater 41", {}, {in_vxlan, in_ipip, bare}},
      {"", "less 40", {in_vxlan, in_ipip}, {in_sit, bare}},
  };
  for (const auto& test : cases) {
    ASSERT_NO_FATAL_FAILURE(load(test.l2, test.l3));
    for (size_t i = 0; i < test.taken.size(); i++)
      EXPECT_TRUE(matches(test.taken[i])) << test.l2 << ", " << test.l3 << " takes packet " << i;
    for (size_t i = 0; i < test.refused.size(); i++)
      EXPECT_FALSE(matches(test.refused[i])) << test.l2 << ", " << test.l3 << " refuses " << i;
  }
}

// Layouts of a packet in fragments: cut in every header, into one or three pieces.
std::vector<SkbView> paged_views(size_t bytes) {
  std::vector<SkbView> views;
  for (const size_t linear : {0, 1, 14, 20, 34, 41, 60, 70}) {
    if (bytes < linear + 4 || bytes > linear + 4000) continue;
    const size_t paged = bytes - linear;
    views.push_back({.frag_bytes = {paged}});
    views.push_back({.frag_bytes = {1, paged / 2, paged - 1 - paged / 2}});
  }
  return views;
}

TEST_P(Tunnel, TuplesAreFoundInFragments) {
  ASSERT_NO_FATAL_FAILURE(load("", ""));
  size_t found = 0;
  for (const Packet& packet : crafted_packets()) {
    if (packet.name.rfind("chain", 0) == 0) continue;  // endless chains of headers
    harness_->place(packet.bytes, {});
    const auto linear = harness_->read_tuple();
    ASSERT_TRUE(linear) << linear.error().what;
    for (const SkbView& view : paged_views(packet.bytes.size())) {
      harness_->place(packet.bytes, view);
      const auto paged = harness_->read_tuple();
      ASSERT_TRUE(paged) << paged.error().what;
      EXPECT_EQ(*paged, *linear) << packet.name << ", paged from " << view.frag_bytes[0];
      found += !paged->empty();
    }
  }
  EXPECT_GT(found, 1000u);
}

TEST_P(Tunnel, IsFoundInFragments) {
  const std::string in_vxlan = vxlan().raw(frame(kTypeIp, tcp4())).payload(300).build();
  const std::string in_gre6 = ip6(kGre).gre(kTypeIp, kKey, 5).raw(tcp4()).build();
  ASSERT_NO_FATAL_FAILURE(load("", "tcp port 80 and src host 192.168.0.1"));
  for (const std::string& packet : {in_vxlan, in_gre6}) {
    const std::string seen = text(packet, {});
    EXPECT_NE(seen.find(kTcp4Text), std::string::npos) << seen;
    for (const SkbView& view : paged_views(packet.size())) {
      EXPECT_EQ(text(packet, view), seen);
      EXPECT_TRUE(*harness_->run_tunnel());
    }
  }
  // The length is that of the packet, not of the copied part. Bytes that were not copied are not
  // read.
  ASSERT_NO_FATAL_FAILURE(load("", "less 340 and greater 340"));
  harness_->place(in_vxlan, {.frag_bytes = {in_vxlan.size() - 20}});
  EXPECT_TRUE(*harness_->run_tunnel());
  ASSERT_NO_FATAL_FAILURE(load("", "ip[330] >= 0"));
  EXPECT_TRUE(matches(in_vxlan));
  harness_->place(in_vxlan, {.frag_bytes = {in_vxlan.size() - 150}});
  EXPECT_TRUE(*harness_->run_tunnel());  // all headers are in the linear part
  harness_->place(in_vxlan, {.frag_bytes = {100, in_vxlan.size() - 120}});
  EXPECT_FALSE(*harness_->run_tunnel());
}

INSTANTIATE_TEST_SUITE_P(Ways, Tunnel, ::testing::Values(Way::Cast, Way::Copied),
                         [](const auto& way) {
                           return std::string(way.param == Way::Cast ? "Cast" : "Copied");
                         });

}  // namespace
}  // namespace pwru::test
