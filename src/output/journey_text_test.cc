// SPDX-License-Identifier: Apache-2.0
#include "output/journey_text.h"

#include <gtest/gtest.h>

#include "output/drops_text.h"
#include "output/screen_for_test.h"

namespace pwru::output {
namespace {

using resolve::End;

resolve::Record hit(uint64_t ts_ns, std::string_view function) {
  resolve::Record record = tcp_record();
  record.packet.id = 0x10;
  record.ts_ns = ts_ns;
  record.function = function;
  return record;
}

class Printed : public ScreenOf<JourneyText> {
 public:
  explicit Printed(const uint64_t& now_ns)
      : ScreenOf(false, std::vector<knowledge::Fact>(), [&now_ns] { return now_ns; }) {}
};

TEST(JourneyText, APacketThatIsOverHasItsWholeWay) {
  uint64_t now_ns = 1'000'000;
  Printed printed(now_ns);
  EXPECT_EQ(printed.event(hit(1'000'000, "ip_rcv")), "");
  resolve::Record later = hit(1'003'250, "ip_forward");
  later.packet.ifname = "eth1";
  later.packet.mark = 1;
  EXPECT_EQ(printed.event(later), "");
  later = hit(1'004'000, "kfree_skb_reason");
  later.packet.ifname = "eth1";
  later.packet.mark = 1;
  later.end = End{End::Kind::Dropped, "SKB_DROP_REASON_IP_INHDR"};
  EXPECT_EQ(printed.event(later), "");
  now_ns += JourneyText::kOverNs + 4000;
  EXPECT_EQ(
      printed.flush(),
      "packet 0x10  10.9.0.1:40000->1.0.0.1:8080(tcp:SYN|ACK)  60 bytes  curl:4242\n"
      "       0.000 us   +0.000 us  ip_rcv                            netns 4026531840, eth0; "
      "CPU 2\n"
      "       3.250 us   +3.250 us  ip_forward                        netns 4026531840, eth1; "
      "mark 0xbeef became 0x1\n"
      "       4.000 us   +0.750 us  kfree_skb_reason(SKB_DROP_REASON_IP_INHDR)\n"
      "  = dropped (SKB_DROP_REASON_IP_INHDR) by kfree_skb_reason, 4.000 us after it was first "
      "seen\n");
  EXPECT_EQ(printed.sink().events_written(), 1u);
  EXPECT_EQ(printed.sink().events_left_out(), 2u);
}

TEST(JourneyText, OneThatWaitsIsNotWithheld) {
  uint64_t now_ns = 1'000'000;
  Printed printed(now_ns);
  (void)printed.event(hit(now_ns, "pfifo_fast_enqueue"));
  now_ns += JourneyText::kOpenNs - 1;
  EXPECT_EQ(printed.flush(), "");
  now_ns++;
  EXPECT_NE(printed.flush().find("  = not over: nothing more was seen of it for 1.000 s, 0.000 us"),
            std::string::npos);
}

class Why : public ScreenOf<DropsText> {
 public:
  explicit Why(const DropsStyle& style)
      : ScreenOf(style, diagnose::Deaths({}),
                 Ways(std::vector<std::string_view>{"kfree_skb_reason"})) {}
};

constexpr std::array<std::string_view, 2> kStack = {"kfree_skb_reason+0x90", "tcp_v4_rcv+0x91"};

resolve::Record death(uint64_t ts_ns) {
  resolve::Record record = hit(ts_ns, "kfree_skb_reason");
  record.end = End{End::Kind::Dropped, "SKB_DROP_REASON_NO_SOCKET"};
  record.stack = kStack;
  record.wall_time = "2026-11-22T16:05:05.123456+01:00";
  return record;
}

TEST(Why, ABlockHasTheWay) {
  Why printed({});
  EXPECT_EQ(printed.event(hit(1000, "ip_rcv")), "");
  EXPECT_EQ(printed.event(hit(2000, "tcp_v4_rcv")), "");
  const std::string block = printed.event(death(3000));
  EXPECT_NE(block.find("\n  way     netns 4026531840, eth0: IP receive, TCP\n"
                       "  took    2.000 us, 3 functions\n"
                       "  at      tcp_v4_rcv+0x91\n"),
            std::string::npos)
      << block;
  EXPECT_EQ(printed.sink().events_left_out(), 2u);
}

TEST(Why, OrEachHop) {
  Why printed({.has_hops = true});
  (void)printed.event(hit(1000, "ip_rcv"));
  const std::string block = printed.event(death(3000));
  EXPECT_NE(block.find("\n  way     2 hops:\n"
                       "       0.000 us   +0.000 us  ip_rcv                            netns "
                       "4026531840, eth0; CPU 2\n"
                       "       2.000 us   +2.000 us  kfree_skb_reason(SKB_DROP_REASON_NO_SOCKET)\n"
                       "  took "),
            std::string::npos)
      << block;
}

TEST(Why, WhatXdpDropsDiesOnce) {
  Why printed({});
  resolve::Record program = hit(1000, "filter_in(xdp)");
  program.type = PWRU_EVENT_XDP_EXIT;
  program.verdict = resolve::Verdict{1, "XDP_DROP", true};
  EXPECT_NE(printed.event(program).find("the XDP program filter_in of eth0 dropped it"),
            std::string::npos);
  constexpr std::array<std::string_view, 2> kFreesForXdp = {"kfree_skb_reason+0x90",
                                                            "veth_xdp_rcv_skb[veth]+0x2ca"};
  resolve::Record freed = death(50'000'000);  // an interrupt or a slow machine came between
  freed.stack = kFreesForXdp;
  freed.packet.id = 0x20;  // of an skb that was not met before
  EXPECT_EQ(printed.event(freed), "");
  freed.packet.id = 0x30;
  EXPECT_NE(printed.event(freed), "");
  (void)printed.event(program);
  freed.stack = kStack;  // the driver of that program had no skb; this is another packet
  EXPECT_NE(printed.event(freed), "");
}

// What a function that drops is called by another one is no death of its own.
TEST(Why, OnlyDeathsAreDiagnosed) {
  Why printed({});
  resolve::Record record = death(1000);
  record.function = "dev_kfree_skb_any_reason";
  EXPECT_EQ(printed.event(record), "");
  record = death(2000);
  record.end = End{End::Kind::Consumed, "consumed"};
  EXPECT_EQ(printed.event(record), "");
  EXPECT_EQ(printed.sink().events_left_out(), 2u);
}

}  // namespace
}  // namespace pwru::output
