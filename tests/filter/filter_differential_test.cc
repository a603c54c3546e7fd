// SPDX-License-Identifier: Apache-2.0
// Tests that every verdict of a generated filter, run by the kernel, is that of libpcap's own
// interpreter.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "filter/classic.h"
#include "filter/classic_flow.h"
#include "filter/expression.h"
#include "filter/made_up.h"
#include "tests/filter/expressions.h"
#include "tests/filter/harness_test.h"
#include "tests/filter/libpcap_verdict.h"
#include "tests/filter/packets.h"
#include "tests/support/packet_builder.h"

namespace pwru::test {
namespace {

using namespace std::string_view_literals;

constexpr size_t kEthernetBytes = 14, kMacBytes = 12, kTagBytes = 4;
constexpr int kShownDifferences = 20;

const char* name_of(Way way) {
  return way == Way::Cast ? "cast" : way == Way::Hit ? "hit" : "copied";
}

// A packet, its layout in the skb, and the bytes that libpcap judges.
struct Case {
  std::string name;
  std::string bytes;  // in the skb
  // The bytes that the filter must see. Without an Ethernet header: those behind the made-up
  // addresses.
  std::string as_captured;
  SkbView view;
};

std::string big_endian_text(uint16_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

// The EtherType of a packet without its Ethernet header.
uint16_t ether_type_of(const std::string& packet, const SkbView& view) {
  const uint16_t said = view.is_tunnelled ? 0 : view.protocol;
  const bool may_be_ip =
      said == 0 || said == 0x0800 || said == 0x86dd || said == 0x8100 || said == 0x88a8;
  const int version = packet.empty() ? 0 : static_cast<uint8_t>(packet[0]) >> 4;
  if (may_be_ip && version == 4) return 0x0800;
  if (may_be_ip && version == 6) return 0x86dd;
  return said ? said : 0xffff;
}

// Different layouts of the same bytes. All cuts on all packets would take a minute, so the packets
// take turns.
std::vector<SkbView> views_of(size_t turn, size_t bytes, bool has_ethernet) {
  const size_t pullable = has_ethernet ? kEthernetBytes : 0;
  std::vector<SkbView> views = {{.has_ethernet = has_ethernet}};
  if (!has_ethernet) views.push_back({.has_ethernet = false, .is_tunnelled = true});
  if (has_ethernet && bytes > kEthernetBytes) views.push_back({.is_pushed = true});
  if (has_ethernet && bytes > kEthernetBytes) {
    views.push_back({.is_pulled = true});
    views.push_back({.is_pulled = true, .is_fresh = true});
  }
  // The cut lies inside the IP header, inside the next header, and behind it; the rest is in one,
  // two or three fragments.
  const size_t linear = pullable + std::array<size_t, 3>{7, 21, 41}[turn % 3];
  if (bytes > linear + 3) {
    const size_t paged = bytes - linear;
    views.push_back({.has_ethernet = has_ethernet, .frag_bytes = {paged}});
    views.push_back({.has_ethernet = has_ethernet,
                     .is_pulled = has_ethernet,
                     .frag_bytes = {1, paged / 2, paged - 1 - paged / 2}});
  }
  std::erase_if(views, [](const SkbView& view) {
    return std::any_of(view.frag_bytes.begin(), view.frag_bytes.end(),
                       [](size_t size) { return size > 4000; });
  });
  return views;
}

uint16_t big_endian(const std::string& bytes, size_t at) {
  return static_cast<uint16_t>(static_cast<uint8_t>(bytes[at]) << 8 |
                               static_cast<uint8_t>(bytes[at + 1]));
}

// The value of skb->protocol, in turns: the right one, none yet, the other IP version.
uint16_t protocol_for(size_t turn, uint16_t type) {
  if (turn % 3 == 1) return 0;
  if (turn % 3 == 2 && type == 0x0800) return 0x86dd;
  if (turn % 3 == 2 && type == 0x86dd) return 0x0800;
  return type;
}

void add_without_ethernet(const Packet& packet, std::vector<Case>* cases) {
  if (packet.bytes.size() <= kEthernetBytes) return;
  const std::string bytes = packet.bytes.substr(kEthernetBytes);
  for (SkbView& view : views_of(cases->size(), bytes.size(), false)) {
    view.protocol = protocol_for(cases->size(), big_endian(packet.bytes, kMacBytes));
    cases->push_back({packet.name + ", no Ethernet", bytes,
                      big_endian_text(ether_type_of(bytes, view)) + bytes, view});
  }
}

std::vector<Case> plain_cases(const std::vector<Packet>& packets) {
  std::vector<Case> cases;
  for (const Packet& packet : packets) {
    const size_t turn = cases.size();
    for (const SkbView& view : views_of(turn, packet.bytes.size(), true))
      cases.push_back({packet.name, packet.bytes, packet.bytes, view});
    add_without_ethernet(packet, &cases);
  }
  return cases;
}

// Tagged frames whose tag is moved into the skb, as a network card does. A filter with the word
// `vlan` sees the frame with the tag, any other filter the frame without it.
std::vector<Case> offloaded_cases(const std::vector<Packet>& packets, bool sees_vlan) {
  std::vector<Case> cases;
  for (const Packet& packet : packets) {
    if (packet.bytes.size() < kMacBytes + kTagBytes) continue;
    const uint16_t tpid = big_endian(packet.bytes, kMacBytes);
    if (tpid != 0x8100 && tpid != 0x88a8) continue;
    const uint16_t tci = big_endian(packet.bytes, kMacBytes + 2);
    const std::string stripped =
        packet.bytes.substr(0, kMacBytes) + packet.bytes.substr(kMacBytes + kTagBytes);
    for (SkbView view : views_of(cases.size(), stripped.size(), true)) {
      view.vlan_proto = tpid;
      view.vlan_tci = tci;
      cases.push_back(
          {packet.name + ", tag offloaded", stripped, sees_vlan ? packet.bytes : stripped, view});
    }
    if (stripped.size() <= kEthernetBytes) continue;
    const std::string ip = stripped.substr(kEthernetBytes);
    for (SkbView view : views_of(cases.size(), ip.size(), false)) {
      view.vlan_proto = tpid;
      view.vlan_tci = tci;
      view.protocol = protocol_for(cases.size(), big_endian(stripped, kMacBytes));
      const std::string seen = big_endian_text(ether_type_of(ip, view)) + ip;
      cases.push_back({packet.name + ", tag offloaded, no Ethernet", ip,
                       sees_vlan ? big_endian_text(tpid) + big_endian_text(tci) + seen : seen,
                       view});
    }
  }
  return cases;
}

// With PWRU_FILTER_STEP=N each filter is compared on every Nth case only, because emulated guests
// are slow.
std::vector<Case> every_nth(const std::vector<Case>& all, size_t turn) {
  const char* const text = std::getenv("PWRU_FILTER_STEP");
  const size_t step = text ? std::max<size_t>(1, std::strtoul(text, nullptr, 10)) : 1;
  std::vector<Case> some;
  for (size_t i = turn % step; i < all.size(); i += step) some.push_back(all[i]);
  return some;
}

std::string describe(const Case& test) {
  std::string text =
      test.name + (test.view.is_pulled ? ", pulled" : "") + (test.view.is_fresh ? ", fresh" : "") +
      (test.view.is_pushed ? ", pushed" : "") + (test.view.is_tunnelled ? ", in a tunnel" : "") +
      ", protocol " + std::to_string(test.view.protocol) + ", fragments";
  for (const size_t size : test.view.frag_bytes) text += " " + std::to_string(size);
  return text;
}

// Whether the expression has an ether[] with a computed offset, which may lie in the Ethernet
// header.
bool computes_offset_of_frame(const std::string& expression) {
  const auto parsed = filter::parse_pcap(expression);
  return parsed && expression.find("ether[") != std::string::npos &&
         std::any_of(parsed->program.begin(), parsed->program.end(),
                     [](const filter::ClassicInsn& insn) {
                       return filter::is_packet_load(insn) && filter::is_indirect(insn) &&
                              insn.k < kEthernetBytes;
                     });
}

class FilterDifferential : public HarnessTest<> {
 protected:
  std::vector<Way> ways() const {
    if (has_cast()) return {Way::Cast, Way::Copied};
    return {Way::Copied};
  }

  size_t verdicts_ = 0, accepted_ = 0, differences_ = 0;
  size_t hits_ = 0;  // expressions with a pwru_filter_hit()

  static std::string seen_by(const Case& test, const std::string& addresses) {
    return test.view.has_ethernet ? test.as_captured : addresses + test.as_captured;
  }

  void compare(const std::string& expression, const std::vector<Case>& cases) {
    const auto judge = LibpcapFilter::compile(expression, filter::Layer::Ethernet);
    ASSERT_TRUE(judge) << expression;
    const auto parsed = filter::parse_pcap(expression);
    ASSERT_TRUE(parsed) << expression;
    const filter::MadeUpAddresses made_up = filter::make_up_addresses(parsed->program);
    const std::string addresses(made_up.begin(), made_up.end());
    std::vector<Verdict> wanted;
    for (const Case& test : cases) wanted.push_back(judge->run(seen_by(test, addresses)));

    std::vector<Way> all = ways();
    const auto can_hit = harness_->can_hit(expression);
    ASSERT_TRUE(can_hit) << expression;
    if (*can_hit) all.push_back(Way::Hit);
    hits_ += *can_hit;
    for (const Way way : all) {
      const auto loaded = harness_->load(expression, way);
      ASSERT_TRUE(loaded) << expression << " (" << name_of(way) << "): " << loaded.error().what;
      for (size_t i = 0; i < cases.size(); i++) compare_one(expression, way, cases[i], wanted[i]);
    }
  }

  void compare_one(const std::string& expression, Way way, const Case& test, Verdict wanted) {
    harness_->place(test.bytes, test.view);
    const auto verdict = way == Way::Hit ? harness_->run_hit(0) : harness_->run();
    ASSERT_TRUE(verdict) << expression << ", " << name_of(way) << " on " << describe(test) << ": "
                         << verdict.error().what;
    verdicts_++;
    accepted_ += *verdict;
    if (*verdict == (wanted == Verdict::Accept)) return;
    // As documented, a computed offset never reads the made-up addresses.
    if (!*verdict && !test.view.has_ethernet && computes_offset_of_frame(expression)) return;
    if (differences_++ < kShownDifferences)
      ADD_FAILURE() << "'" << expression << "' " << name_of(way) << " on " << describe(test) << ": "
                    << *verdict << ", libpcap says otherwise";
  }

  void report(size_t expressions, size_t packets) const {
    if (ways().size() == 1)
      std::printf("this kernel has no bpf_rdonly_cast: only the copied way was compared\n");
    std::printf(
        "%zu expressions, %zu packets in several layouts: %zu verdicts compared, %zu accept, %zu "
        "differ\n",
        expressions, packets, verdicts_, accepted_, differences_);
    EXPECT_EQ(differences_, 0u);
  }
};

TEST_F(FilterDifferential, EveryVerdictIsLibpcaps) {
  std::vector<Packet> packets = crafted_packets();
  const auto captured = captured_packets();
  ASSERT_TRUE(captured) << captured.error().what;
  ASSERT_GE(captured->size(), 30u);
  packets.insert(packets.end(), captured->begin(), captured->end());
  const auto expressions = accepted_expressions();
  ASSERT_GE(expressions.size(), 300u);
  ASSERT_GE(packets.size(), 200u);

  const std::vector<Case> plain = plain_cases(packets);
  for (size_t i = 0; i < expressions.size(); i++) {
    std::vector<Case> cases = plain;
    const auto offloaded = offloaded_cases(packets, filter::has_keyword(expressions[i], "vlan"));
    cases.insert(cases.end(), offloaded.begin(), offloaded.end());
    compare(expressions[i], every_nth(cases, i));
    if (HasFatalFailure()) return;
  }
  report(expressions.size(), packets.size());
  EXPECT_GT(harness_->short_ways(), verdicts_ / 10);
  if (ways().size() > 1) {
    EXPECT_GT(hits_, expressions.size() / 2);
  }
}

TEST_F(FilterDifferential, APacketThatIsFollowedNeedsNoMatch) {
  if (ways().size() == 1) GTEST_SKIP() << "no bpf_rdonly_cast";
  ASSERT_TRUE(harness_->load("tcp port 9999", Way::Hit));
  for (const Case& test : plain_cases(crafted_packets())) {
    harness_->place(test.bytes, test.view);
    const auto verdict = harness_->run_hit(77);
    ASSERT_TRUE(verdict) << describe(test) << ": " << verdict.error().what;
    EXPECT_TRUE(*verdict) << describe(test);
  }
}

// The documented verdict, which is not libpcap's: the loop ends.
TEST_F(FilterDifferential, ProtochainEndsAfterTheBudget) {
  for (const Way way : ways()) {
    const auto loaded = harness_->load("ip6 protochain 6", way);
    ASSERT_TRUE(loaded) << loaded.error().what;
    for (const auto& [headers, wanted] : {std::pair{31, true}, {32, false}, {60, false}}) {
      PacketBuilder builder = PacketBuilder().ethernet(0x86dd).ipv6({.next = 60});
      for (int i = 0; i < headers; i++) builder.extension(i + 1 == headers ? 6 : 60);
      harness_->place(builder.tcp().build(), {});
      const auto verdict = harness_->run();
      ASSERT_TRUE(verdict);
      EXPECT_EQ(*verdict, wanted) << headers << " headers, " << name_of(way);
    }
  }
}

// Tests what the manual says about the header that Linux puts in front of TCP in a packet above 64
// KiB.
TEST_F(FilterDifferential, PortsOfIpv6BigTcpHaveWordsOfTheirOwn) {
  constexpr std::string_view kJumbo = "\x06\x00\xc2\x04\x00\x02\x00\x00"sv;
  const std::string big =
      PacketBuilder().ethernet(0x86dd).ipv6({.next = 0}).raw(kJumbo).tcp().build();
  const std::string other =
      PacketBuilder().ethernet(0x86dd).ipv6({.next = 0}).raw(kJumbo).tcp({.dst = 81}).build();
  const std::string plain = PacketBuilder().ethernet(0x86dd).ipv6({.next = 6}).tcp().build();
  const std::string words =
      "tcp port 80 or (ip6[6] = 0 and ip6[40] = 6 and (ip6[48:2] = 80 or ip6[50:2] = 80))";
  for (const Way way : ways()) {
    ASSERT_TRUE(harness_->load("tcp port 80", way));
    harness_->place(big, {});
    EXPECT_FALSE(*harness_->run());
    ASSERT_TRUE(harness_->load(words, way));
    for (const auto& [packet, wanted] : {std::pair{big, true}, {other, false}, {plain, true}}) {
      harness_->place(packet, {});
      EXPECT_EQ(*harness_->run(), wanted);
    }
  }
}

TEST(RefusedExpressions, AreOneSentence) {
  for (const std::string& expression : refused_expressions()) {
    const auto filter = filter::compile_pcap(expression, {});
    ASSERT_FALSE(filter) << expression;
    EXPECT_EQ(filter.error().exit, ExitCode::BadUsage) << expression;
    const std::string& what = filter.error().what;
    EXPECT_NE(what.find("'" + expression + "'"), std::string::npos) << what;
    EXPECT_EQ(what.find('\n'), std::string::npos) << what;
  }
}

}  // namespace
}  // namespace pwru::test
