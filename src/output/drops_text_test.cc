// SPDX-License-Identifier: Apache-2.0
#include "output/drops_text.h"

#include <gtest/gtest.h>

#include <array>

#include "output/screen_for_test.h"

namespace pwru::output {
namespace {

using resolve::End;

class Printed : public ScreenOf<DropsText> {
 public:
  explicit Printed(const DropsStyle& style, std::vector<knowledge::Fact> read = {})
      : ScreenOf(style, diagnose::Deaths(std::move(read))) {}
};

constexpr std::array<std::string_view, 3> kStack = {"sk_skb_reason_drop+0x90", "tcp_v4_rcv+0x91",
                                                    "ip_local_deliver+0x81"};

resolve::Record closed_port() {
  resolve::Record record = tcp_record();
  record.packet.tuple.tcp_flags = 2;
  record.end = End{End::Kind::Dropped, "SKB_DROP_REASON_NO_SOCKET"};
  record.stack = kStack;
  record.wall_time = "2026-11-22T16:05:05.123456+01:00";
  return record;
}

TEST(DropsText, ABlockForEachPacket) {
  Printed printed({});
  EXPECT_EQ(
      printed.event(closed_port()),
      "16:05:05.123456  10.9.0.1:40000->1.0.0.1:8080(tcp:SYN)  60 bytes  on eth0  netns 4026531840 "
      " cpu 2\n"
      "  why     no program listens on TCP 1.0.0.1:8080 in this network namespace; the sender gets "
      "a reset (certain)\n"
      "  do      ss -ltnp 'sport = :8080'; is the program running, and bound to this address?\n"
      "  at      tcp_v4_rcv+0x91 < ip_local_deliver+0x81\n"
      "  reason  NO_SOCKET\n");
  EXPECT_EQ(printed.sink().events_written(), 1u);
}

TEST(DropsText, TheSourceLineOfTheFunctionThatFreedIt) {
  resolve::Record record = closed_port();
  record.source = "net/ipv4/tcp_ipv4.c:2210";
  Printed printed({});
  const std::string text = printed.event(record);
  EXPECT_NE(text.find("  at      tcp_v4_rcv+0x91 (net/ipv4/tcp_ipv4.c:2210) < "
                      "ip_local_deliver+0x81\n"),
            std::string::npos)
      << text;
  Printed line({.is_line = true});
  EXPECT_TRUE(line.event(record).ends_with("  at tcp_v4_rcv (net/ipv4/tcp_ipv4.c:2210)\n"));
  record.stack = {};
  record.caller = "arp_rcv+0xd3";
  record.source = "net/\033[2J.c:1";
  EXPECT_NE(printed.event(record).find("  at      arp_rcv+0xd3 (net/\\x1b[2J.c:1)\n"),
            std::string::npos);
}

TEST(DropsText, APacketThatIsNotIp) {
  constexpr std::array<std::string_view, 3> kInArp = {"sk_skb_reason_drop+0x90",
                                                      "nf_hook_slow+0x43", "arp_rcv+0xd3"};
  resolve::Record record = closed_port();
  record.stack = kInArp;
  record.end = End{End::Kind::Dropped, "SKB_DROP_REASON_NETFILTER_DROP"};
  record.packet.has_tuple = false;
  record.packet.proto = 0x0806;
  Printed printed({.is_line = true});
  EXPECT_TRUE(printed.event(record).starts_with("16:05:05.123456  ARP  60 bytes  on eth0  "));
  record.packet.proto = 0x88cc;
  EXPECT_TRUE(printed.event(record).starts_with("16:05:05.123456  EtherType 0x88cc  60 bytes"));
}

TEST(DropsText, TheRuleThatDroppedIt) {
  constexpr std::array<std::string_view, 4> kInNft = {"sk_skb_reason_drop+0x90",
                                                      "nft_do_chain+0x40f", "nf_hook_slow+0x43",
                                                      "ip_local_deliver+0xd3"};
  resolve::Record record = closed_port();
  record.stack = kInNft;
  record.end = End{End::Kind::Dropped, "SKB_DROP_REASON_NETFILTER_DROP"};
  record.nft =
      resolve::Nft{false, true, "inet", "fw", "in", 4, 2, "immediate", "iifname \"a\033[2J\" drop"};
  Printed printed({});
  const std::string text = printed.event(record);
  EXPECT_NE(text.find("hook input) dropped it (certain)\n"
                      "  rule    iifname \"a\\x1b[2J\" drop\n"
                      "  do      in netns "),
            std::string::npos)
      << text;
}

TEST(DropsText, OrALine) {
  Printed printed({.is_line = true});
  EXPECT_EQ(
      printed.event(closed_port()),
      "16:05:05.123456  10.9.0.1:40000->1.0.0.1:8080(tcp:SYN)  60 bytes  on eth0  netns 4026531840 "
      " cpu 2  no program listens on TCP 1.0.0.1:8080 in this network namespace; the sender gets a "
      "reset (certain)  at tcp_v4_rcv\n");
}

TEST(DropsText, ATableAtTheEnd) {
  Printed printed({.is_line = true});
  (void)printed.event(closed_port());
  resolve::Record later = closed_port();
  later.wall_time = "2026-11-22T16:05:06.000000+01:00";
  (void)printed.event(later);
  resolve::Record consumed = closed_port();
  consumed.end = End{End::Kind::Consumed, "consumed"};
  EXPECT_EQ(printed.event(consumed), "");
  resolve::Record unknown = closed_port();
  constexpr std::array<std::string_view, 1> kUnheardOf = {"unheard_of+0x1"};
  unknown.stack = kUnheardOf;
  unknown.end = End{End::Kind::Freed, "freed"};
  EXPECT_EQ(printed.event(unknown), "");
  EXPECT_EQ(printed.sink().events_left_out(), 2u);
  EXPECT_EQ(
      printed.summary(),
      "\n2 packets died:\n"
      "  COUNT FIRST           LAST            PLACE      FLOW\n"
      "      2 16:05:05.123456 16:05:06.000000 tcp_v4_rcv 10.9.0.1->1.0.0.1:8080(tcp)\n"
      "        no program listens on TCP 1.0.0.1:8080 in this network namespace; the sender gets a "
      "reset (certain)\n"
      "1 more ended without a sign of loss.\n"
      "1 were freed without a reason in unheard_of, which pwru does not know.\n");
}

TEST(DropsText, WhatADeviceHandledItselfIsSaid) {
  Printed printed({.is_line = true});
  printed.sink().compare_with(
      {{{7, "eth0", "in_hardware", 2}}, {{7, "eth0", "in_hardware", 9}}, {}, false});
  EXPECT_EQ(printed.summary(),
            "\n0 packets died.\n"
            "eth0 handled at least 7 packets itself, by filters of tc that are in its hardware: "
            "pwru cannot see those\n"
            "        do: tc -s filter show dev eth0 ingress shows them; ethtool -K eth0 "
            "hw-tc-offload off leaves them to the kernel\n");
}

TEST(DropsText, LossesWithoutADeathFollowTheTable) {
  Printed printed({.is_line = true});
  printed.sink().compare_with(
      {{{7, "", "TcpExtListenOverflows", 2}, {0, "3", "softnet_dropped", 1}},
       {{7, "", "TcpExtListenOverflows", 5}, {0, "3", "softnet_dropped", 3}},
       {{7, "b\x1b"}},
       false});
  EXPECT_EQ(
      printed.summary(),
      "\n0 packets died.\n"
      "The kernel counted losses that no packet above shows:\n"
      "      2 softnet_dropped of CPU 3\n"
      "        the backlog of received packets of CPU 3 was full\n"
      "        do: sysctl net.core.netdev_max_backlog is the limit; spread the load over more "
      "CPUs (RSS, RPS)\n"
      "      3 TcpExtListenOverflows  netns 7 (b\\x1b)\n"
      "        connections were refused without an answer: a program accepts them too slowly, "
      "and the queue of its listening socket was full\n"
      "        do: ss -ltn shows the queues (Recv-Q) and their limits (Send-Q, of listen() and "
      "net.core.somaxconn); look at that program\n");
}

TEST(DropsText, SegmentsOfAGsoPacketAreSaid) {
  Printed printed({.is_line = true}, {knowledge::Fact::GsoSize});
  resolve::Record record = closed_port();
  record.packet.len_bytes = 4396;
  record.packet.mtu = 1500;
  const std::array<resolve::Value, 1> values = {{{"", "1448"}}};
  record.readings = values;
  EXPECT_NE(printed.event(record).find("  4396 bytes (GSO, segments of 1448)  on "),
            std::string::npos);
}

TEST(DropsText, NamesOfOthersAreHarmless) {
  Printed printed({});
  resolve::Record record = closed_port();
  record.packet.ifname = "a\x1b[2J";
  EXPECT_NE(printed.event(record).find("a\\x1b[2J"), std::string::npos);
}

TEST(DropsText, NoTableBeforeItIsTime) {
  Printed printed({.is_line = true, .table_interval = std::chrono::seconds(3600)});
  EXPECT_EQ(printed.flush(), "");
}

}  // namespace
}  // namespace pwru::output
