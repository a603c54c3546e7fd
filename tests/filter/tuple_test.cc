// SPDX-License-Identifier: Apache-2.0
// Tests the tuples of packets of every kind, as the tracer reads them in the kernel and prints
// them.
#include <gtest/gtest.h>

#include "event/event.h"
#include "event/tuple_text.h"
#include "tests/filter/harness_test.h"
#include "tests/support/packet_builder.h"

namespace pwru::test {
namespace {

constexpr uint8_t kIcmp = 1, kTcp = 6, kUdp = 17, kFragment = 44, kEsp = 50, kAh = 51,
                  kDestination = 60;
constexpr uint16_t kTypeIp = 0x0800, kTypeVlan = 0x8100, kTypeIpv6 = 0x86dd, kTypeMpls = 0x8847,
                   kTypeMplsMulticast = 0x8848, kTypePppoe = 0x8864;
constexpr uint16_t kPppIp = 0x0021, kPppIpv6 = 0x0057, kPppMpls = 0x0281, kPppLcp = 0xc021;

constexpr const char* kTcp4 = "10.0.0.1:1234->10.0.0.2:80(tcp:ACK)";
constexpr const char* kTcp6 = "[fd00::1]:1234->[fd00::2]:80(tcp:ACK)";

// The text that the tracer prints; "" is no tuple.
std::string text_of(const std::string& wire) {
  if (wire.empty()) return "";
  const bool is_v6 = wire.size() == sizeof(pwru_tuple6);
  pwru_event core = {};
  core.parts = is_v6 ? PWRU_PART_TUPLE6 : PWRU_PART_TUPLE4;
  const std::string record = std::string(reinterpret_cast<char*>(&core), sizeof(core)) + wire;
  const auto event =
      event::decode({reinterpret_cast<const std::byte*>(record.data()), record.size()}, 0, {});
  EXPECT_TRUE(event);
  char text[event::kTupleRoom];
  return std::string(text, event::append_tuple(text, event->tuple, true));
}

class Tuple : public WayTest {
 protected:
  void SetUp() override {
    WayTest::SetUp();
    if (IsSkipped() || !harness_) return;
    const auto loaded = harness_->load_tunnel("", "", GetParam());
    ASSERT_TRUE(loaded) << loaded.error().what;
  }
  std::string text(const std::string& packet, const SkbView& view = {}) {
    harness_->place(packet, view);
    const auto tuple = harness_->read_tuple();
    EXPECT_TRUE(tuple) << tuple.error().what;
    return tuple ? text_of(*tuple) : "";
  }
  // Expects the tuple of a frame, and the same for the packet without its Ethernet header.
  void expect(const PacketBuilder& builder, const std::string& wanted) {
    const std::string packet = builder.build();
    EXPECT_EQ(text(packet), wanted);
    const auto type = static_cast<uint16_t>(static_cast<uint8_t>(packet[12]) << 8 |
                                            static_cast<uint8_t>(packet[13]));
    EXPECT_EQ(text(packet.substr(14), {.has_ethernet = false, .protocol = type}), wanted);
    EXPECT_EQ(text(packet, {.frag_bytes = {packet.size() - 14}}), wanted) << "in a fragment";
  }
};

PacketBuilder frame(uint16_t type) { return PacketBuilder().ethernet(type); }

TEST_P(Tuple, TheProtocolTellsTheVersionWhereTheHeaderIsWrong) {
  expect(frame(kTypeIp).ipv4({.proto = kTcp, .version = 5}).tcp(), kTcp4);
  expect(frame(kTypeIp).ipv4({.proto = kTcp, .version = 0}).tcp(), kTcp4);
  expect(frame(kTypeIpv6).ipv6({.next = kTcp, .version = 15}).tcp(), kTcp6);
  // In a frame the EtherType decides, for the kernel and for libpcap.
  EXPECT_EQ(text(frame(kTypeIp).ipv4({.proto = kTcp, .version = 6}).tcp().build()), kTcp4);
  // Without an Ethernet header, skb->protocol may be unset, or be that of the packet inside a new
  // tunnel.
  const std::string ip4 = PacketBuilder().ipv4({.proto = kTcp}).tcp().build();
  for (const uint16_t protocol : {uint16_t{0}, kTypeIp, kTypeIpv6})
    EXPECT_EQ(text(ip4, {.has_ethernet = false, .protocol = protocol}), kTcp4);
  const std::string wrong = PacketBuilder().ipv4({.proto = kTcp, .version = 5}).tcp().build();
  EXPECT_EQ(text(wrong, {.has_ethernet = false}), "");
  EXPECT_EQ(text(ip4, {.has_ethernet = false, .protocol = 0x0806}), "");
}

TEST_P(Tuple, IsBehindLabelsAndSessions) {
  expect(frame(kTypeMpls).mpls(100, true).ipv4({.proto = kTcp}).tcp(), kTcp4);
  expect(frame(kTypeMplsMulticast).mpls(0x60000, false).mpls(2, true).ipv6({.next = kTcp}).tcp(),
         kTcp6);
  expect(frame(kTypeVlan).vlan(5, kTypeMpls).mpls(100, true).ipv4({.proto = kTcp}).tcp(), kTcp4);
  expect(frame(kTypePppoe).pppoe(7, kPppIp).ipv4({.proto = kTcp}).tcp(), kTcp4);
  expect(frame(kTypePppoe).pppoe(7, kPppIpv6).ipv6({.next = kTcp}).tcp(), kTcp6);
  expect(frame(kTypePppoe).pppoe(7, kPppMpls).mpls(1, true).ipv4({.proto = kTcp}).tcp(), kTcp4);
  PacketBuilder deep = frame(kTypeMpls);
  for (uint32_t label = 0; label < 15; label++) deep.mpls(label, false);
  expect(PacketBuilder(deep).mpls(15, true).ipv4({.proto = kTcp}).tcp(), kTcp4);
  // Too many labels, another protocol behind them, or no last label.
  expect(PacketBuilder(deep).mpls(15, false).mpls(16, true).ipv4({.proto = kTcp}).tcp(), "");
  expect(frame(kTypeMpls).mpls(100, true).payload(60), "");
  expect(frame(kTypeMpls).mpls(100, false), "");
  expect(frame(kTypePppoe).pppoe(7, kPppLcp).payload(60, 0x45), "");
}

TEST_P(Tuple, NothingIsMadeUpWhereHeadersAreCutOff) {
  const std::string labels = frame(kTypeMpls).mpls(1, false).mpls(2, true).build(),
                    session = frame(kTypePppoe).pppoe(7, kPppIp).build(),
                    packet = PacketBuilder().ipv4({.proto = kTcp}).tcp().build();
  for (const std::string& front : {labels, session}) {
    const std::string whole = front + packet;
    for (size_t length = 14; length < whole.size(); length++) {
      const std::string seen = text(whole.substr(0, length));
      if (length < front.size() + 20) {
        EXPECT_EQ(seen, "") << length;
      } else if (length < front.size() + 24) {
        EXPECT_EQ(seen, "10.0.0.1:0->10.0.0.2:0(tcp)") << length;
      }
    }
  }
  const std::string esp = frame(kTypeIp).ipv4({.proto = kEsp}).esp(0x1234).build();
  EXPECT_EQ(text(esp.substr(0, 37)), "10.0.0.1:0->10.0.0.2:0(esp)");
  EXPECT_EQ(text(esp.substr(0, 38)), "10.0.0.1:0->10.0.0.2:0(esp:0x00001234)");
  const std::string ah = frame(kTypeIp).ipv4({.proto = kAh}).ah(kTcp).build();
  EXPECT_EQ(text(ah.substr(0, 41)), "10.0.0.1:0->10.0.0.2:0(ah)");
}

TEST_P(Tuple, HasTheSpi) {
  expect(frame(kTypeIp).ipv4({.proto = kEsp}).esp(0xc0ffee01),
         "10.0.0.1:0->10.0.0.2:0(esp:0xc0ffee01)");
  expect(frame(kTypeIp).ipv4({.proto = kEsp, .words = 7}).esp(0),
         "10.0.0.1:0->10.0.0.2:0(esp:0x00000000)");
  expect(frame(kTypeIpv6).ipv6({.next = kEsp}).esp(9), "[fd00::1]:0->[fd00::2]:0(esp:0x00000009)");
  // The builder's SPI: the bytes 2, 3, 4, 5.
  expect(frame(kTypeIp).ipv4({.proto = kAh}).ah(kTcp).tcp(),
         "10.0.0.1:0->10.0.0.2:0(ah:0x02030405)");
  // In IPv6 AH is an extension header, and the protocol behind it is found.
  expect(frame(kTypeIpv6).ipv6({.next = kAh}).ah(kTcp).tcp(),
         "[fd00::1]:1234->[fd00::2]:80(tcp:ACK,ah:0x02030405)");
  expect(frame(kTypeIpv6).ipv6({.next = kDestination}).extension(kAh).ah(kEsp).esp(7),
         "[fd00::1]:0->[fd00::2]:0(esp:0x00000007)");
  expect(frame(kTypeIp).ipv4({.proto = kEsp, .fragment = 9}).esp(7), "10.0.0.1->10.0.0.2(esp)");
  expect(frame(kTypeIpv6).ipv6({.next = kFragment}).fragment6(kEsp, 0x0100).esp(7),
         "[fd00::1]->[fd00::2](esp)");
}

// One function reads most packets and another one all the others: both read the same.
TEST_P(Tuple, OfAPlainPacketIsThatOfTheGeneralWay) {
  for (const PacketBuilder& l4 :
       {PacketBuilder().ipv4({.proto = kTcp}).tcp(),
        PacketBuilder().ipv4({.proto = kUdp}).udp(1, 2),
        PacketBuilder().ipv4({.proto = kIcmp}).icmp(8),
        PacketBuilder().ipv4({.proto = kEsp}).esp(0xc0ffee01),
        PacketBuilder().ipv4({.proto = kAh}).ah(kTcp), PacketBuilder().ipv4({.proto = 2})}) {
    const std::string packet = PacketBuilder(l4).payload(20).build();
    harness_->place(packet, {.has_ethernet = false, .protocol = kTypeIp});
    const auto general = harness_->read_tuple();
    const auto plain = harness_->read_plain_tuple();
    ASSERT_TRUE(general && plain);
    EXPECT_EQ(*plain, *general) << text_of(*general);
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, Tuple, ::testing::Values(Way::Cast, Way::Copied),
                         [](const auto& way) {
                           return std::string(way.param == Way::Cast ? "Cast" : "Copied");
                         });

}  // namespace
}  // namespace pwru::test
