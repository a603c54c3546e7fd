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
  explicit Printed(const DropsStyle& style) : ScreenOf(style, std::vector<knowledge::Fact>()) {}
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
