// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <vector>

#include "base/file.h"
#include "output/screen_for_test.h"

namespace pwru::output {
namespace {

TEST(TextSink, AllColumnsAreThereAtFirst) {
  Screen screen{TextStyle{}};
  EXPECT_EQ(screen.begin(),
            "SKB                CPU PROCESS          NETNS      MARK/x        IFACE       PROTO  "
            "MTU   LEN   TUPLE FUNC\n");
  EXPECT_EQ(screen.event(tcp_record()),
            "0xffff888012345600 2   curl:4242        4026531840 beef          eth0:3      0x0800 "
            "1500  60    10.9.0.1:40000->1.0.0.1:8080(tcp) ip_rcv\n");
}

TEST(TextSink, TunnelIsTheLastColumn) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.has_caller = true;
  style.has_tunnel = true;
  Screen screen(style);
  EXPECT_EQ(screen.begin(), "SKB                CPU PROCESS          FUNC CALLER TUNNEL\n");
  resolve::Record record = tcp_record();
  record.caller = "ip_rcv+0x15";
  EXPECT_EQ(screen.event(record), "0xffff888012345600 2   curl:4242        ip_rcv ip_rcv+0x15 -\n");
  record.tunnel.emplace().kind = PWRU_TUNNEL_IPIP;
  record.tunnel->tuple = record.packet.tuple;
  const std::array<std::string_view, 1> stack = {"ip_rcv+0x15"};
  record.stack = stack;
  EXPECT_EQ(screen.event(record),
            "0xffff888012345600 2   curl:4242        ip_rcv ip_rcv+0x15 "
            "ipip:10.9.0.1:40000->1.0.0.1:8080(tcp)\nip_rcv+0x15\n");
}

TEST(TextSink, IdsStandBeforeTheTuple) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.has_id = true;
  Screen screen(style);
  EXPECT_EQ(screen.begin(), "SKB                CPU PROCESS          ID            FUNC\n");
  resolve::Record record = tcp_record();
  record.packet.id = PWRU_ID_OF_CHILD | 2;
  record.packet.parent_id = 1;
  EXPECT_EQ(screen.event(record), "0xffff888012345600 2   curl:4242        0.c2<0.1      ip_rcv\n");
}

TEST(TextSink, NarrowLayoutHasTheFunctionsBelowTheirPacket) {
  TextStyle style;
  style.is_narrow = true;
  Screen screen(style);
  EXPECT_EQ(screen.begin(), "SKB CPU PROCESS NETNS MARK/x IFACE PROTO MTU LEN TUPLE\n  FUNC\n");
  resolve::Record record = tcp_record();
  const std::string heading =
      "0xffff888012345600 2 curl:4242 4026531840 beef eth0:3 0x0800 1500 60 "
      "10.9.0.1:40000->1.0.0.1:8080(tcp)\n";
  EXPECT_EQ(screen.event(record), heading + "  ip_rcv\n");
  EXPECT_EQ(screen.event(record), "  ip_rcv\n");
  record.packet.skb++;
  EXPECT_EQ(screen.event(record), "0xffff888012345601" + heading.substr(18) + "  ip_rcv\n");
}

TEST(TextSink, NarrowLayoutHasTheTimeBeforeTheFunction) {
  TextStyle style = narrow();
  style.is_narrow = true;
  style.time = TimeColumn::Current;
  Screen screen(style);
  EXPECT_EQ(screen.begin(), "SKB CPU PROCESS TUPLE\n  TIMESTAMP        FUNC\n");
  resolve::Record record = tcp_record();
  record.ts_ns = 1000;
  screen.event(record);
  record.ts_ns = 2000;
  EXPECT_EQ(screen.event(record), "  2000             ip_rcv\n");
}

TEST(TextSink, ColumnsWanted) {
  TextStyle style;
  EXPECT_EQ(columns_wanted(style), 155u);
  style.has_meta = false;
  EXPECT_EQ(columns_wanted(style), 99u);
  style.has_tuple = false;
  EXPECT_LE(columns_wanted(style), 80u);
}

// A blank in it would shift the columns, and what counts them would read another one.
TEST(TextSink, ABlankInANameOfAProcess) {
  resolve::Record record = tcp_record();
  record.packet.comm = "tmux: server";
  record.packet.pid = 42;
  EXPECT_EQ(Screen(narrow()).event(record),
            "0xffff888012345600 2   tmux:_server:42  "
            "10.9.0.1:40000->1.0.0.1:8080(tcp) ip_rcv\n");
}

TEST(TextSink, WithoutMeta) {
  Screen screen(narrow());
  EXPECT_EQ(screen.begin(), "SKB                CPU PROCESS          TUPLE FUNC\n");
  EXPECT_EQ(screen.event(tcp_record()),
            "0xffff888012345600 2   curl:4242        10.9.0.1:40000->1.0.0.1:8080(tcp) ip_rcv\n");
}

TEST(TextSink, WithoutTuple) {
  TextStyle style;
  style.has_tuple = false;
  Screen screen(style);
  EXPECT_EQ(screen.begin(),
            "SKB                CPU PROCESS          NETNS      MARK/x        IFACE       PROTO  "
            "MTU   LEN   FUNC\n");
  EXPECT_EQ(screen.event(tcp_record()),
            "0xffff888012345600 2   curl:4242        4026531840 beef          eth0:3      0x0800 "
            "1500  60    ip_rcv\n");
}

TEST(TextSink, TcpFlags) {
  TextStyle style = narrow();
  style.has_tcp_flags = true;
  EXPECT_EQ(Screen(style).event(tcp_record()),
            "0xffff888012345600 2   curl:4242        "
            "10.9.0.1:40000->1.0.0.1:8080(tcp:SYN|ACK) ip_rcv\n");
}

TEST(TextSink, TheTupleColumnIsAsWideAsTheLongestSoFar) {
  Screen screen(narrow());
  resolve::Record other = tcp_record();
  screen.event(other);
  other.packet.tuple.dport = 80;
  EXPECT_EQ(screen.event(other),
            "0xffff888012345600 2   curl:4242        10.9.0.1:40000->1.0.0.1:80(tcp)   ip_rcv\n");
  other.packet.has_tuple = false;  // no IP packet
  EXPECT_EQ(screen.event(other),
            "0xffff888012345600 2   curl:4242        -                                 ip_rcv\n");
}

TEST(TextSink, NoIpPacket) {
  resolve::Record record = tcp_record();
  record.packet.has_tuple = false;
  record.packet.proto = 0x0806;
  record.packet.mark = 0;
  record.packet.mtu = 0;
  EXPECT_EQ(Screen(TextStyle{}).event(record),
            "0xffff888012345600 2   curl:4242        4026531840 0             eth0:3      0x0806 "
            "0     60    - ip_rcv\n");
}

TEST(TextSink, Stack) {
  TextStyle style = narrow();
  style.has_tuple = false;
  const std::array<std::string_view, 3> stack = {"ip_rcv+0x1", "nft_do_chain[nf_tables]+0x20",
                                                 "0x10"};
  resolve::Record record = tcp_record();
  record.stack = stack;
  Screen screen(style);
  EXPECT_EQ(screen.event(record),
            "0xffff888012345600 2   curl:4242        ip_rcv\n"
            "ip_rcv+0x1\n"
            "nft_do_chain[nf_tables]+0x20\n"
            "0x10\n");
  record.stack = {};  // the kernel had none
  EXPECT_EQ(screen.event(record), "0xffff888012345600 2   curl:4242        ip_rcv\n");
}

TEST(TextSink, WhatFollowsTheColumns) {
  TextStyle style = narrow();
  style.has_tuple = false;
  const std::array<std::string_view, 1> stack = {"ip_rcv+0x15"};
  const std::array<resolve::Value, 2> values = {{{"len", "60"}, {"dev->name", "\"eth0\""}}};
  resolve::Record record = tcp_record();
  record.values = values;
  record.stack = stack;
  record.skb_dump = "(struct sk_buff){\n}";
  record.shared_info_dump = "(struct skb_shared_info){\n}";
  resolve::MapCall& call = record.map_call.emplace();
  call.op = PWRU_MAP_DELETE;
  call.id = 7;
  call.name = "flows";
  call.key_size = 4;
  call.key_text = "(u32)9";
  EXPECT_EQ(Screen(style).event(record),
            "0xffff888012345600 2   curl:4242        ip_rcv len=60 dev->name=\"eth0\"\n"
            "ip_rcv+0x15\n"
            "(struct sk_buff){\n}\n"
            "(struct skb_shared_info){\n}\n"
            "map_id: 7\nmap_name: flows\nkey(4): (u32)9\n");
}

TEST(TextSink, NamesOfNamespacesAreCutAndPrintable) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.netns_name_width = 8;
  Screen screen(style);
  EXPECT_EQ(screen.begin(), "SKB                CPU PROCESS          NETNS NAME FUNC\n");
  resolve::Record record = tcp_record();
  record.netns_name = "my\x1b ns";
  EXPECT_EQ(screen.event(record), "0xffff888012345600 2   curl:4242         my?_ns  ip_rcv\n");
  record.netns_name = "a-long-name";
  EXPECT_EQ(screen.event(record), "0xffff888012345600 2   curl:4242        a-long-n ip_rcv\n");
  record.netns_name = "";
  EXPECT_EQ(screen.event(record), "0xffff888012345600 2   curl:4242           -     ip_rcv\n");
}

TEST(TextSink, ControlBuffer) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.has_cb = true;
  Screen screen(style);
  EXPECT_EQ(screen.begin(),
            "SKB                CPU PROCESS          __sk_buff->cb[]                               "
            "           FUNC\n");
  const std::array<uint32_t, 5> words = {0, 1, 0xdeadbeef, 0xa, 0xffffffff};
  resolve::Record record = tcp_record();
  record.cb = words;
  EXPECT_EQ(screen.event(record),
            "0xffff888012345600 2   curl:4242        "
            "[0x00000000,0x00000001,0xDEADBEEF,0x0000000A,0xFFFFFFFF] ip_rcv\n");
}

TEST(TextSink, TimestampCurrent) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.time = TimeColumn::Current;
  Screen screen(style);
  EXPECT_EQ(screen.begin(), "SKB                CPU PROCESS          TIMESTAMP        FUNC\n");
  EXPECT_EQ(screen.event(tcp_record()),
            "0xffff888012345600 2   curl:4242        5000000100       ip_rcv\n");
}

TEST(TextSink, TimestampRelative) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.time = TimeColumn::Relative;
  resolve::Record record = tcp_record();
  record.since_last_ns = 300;
  EXPECT_EQ(Screen(style).event(record),
            "0xffff888012345600 2   curl:4242        300              ip_rcv\n");
}

TEST(TextSink, TimestampAbsolute) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.time = TimeColumn::Absolute;
  Screen screen(style);
  EXPECT_EQ(screen.begin(),
            "TIME                             SKB                CPU PROCESS          "
            "TIMESTAMP        FUNC\n");
  resolve::Record record = tcp_record();
  record.wall_time = "2026-11-22T16:05:05.123456+01:00";
  EXPECT_EQ(screen.event(record),
            "2026-11-22T16:05:05.123456+01:00 "
            "0xffff888012345600 2   curl:4242        5000000100       ip_rcv\n");
}

// Every line of a function is indented by two blanks.
TEST(TextSink, NarrowLayoutHasTheTimeOnTheWallFirst) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.is_narrow = true;
  style.time = TimeColumn::Absolute;
  Screen screen(style);
  EXPECT_EQ(screen.begin(),
            "SKB CPU PROCESS\n"
            "  TIME                             TIMESTAMP        FUNC\n");
  resolve::Record record = tcp_record();
  record.wall_time = "2026-11-22T16:05:05.123456+01:00";
  EXPECT_EQ(screen.event(record),
            "0xffff888012345600 2 curl:4242\n"
            "  2026-11-22T16:05:05.123456+01:00 5000000100       ip_rcv\n");
}

TEST(TextSink, LongNamesAreCutInFront) {
  resolve::Record record = tcp_record();
  record.packet.comm = "sixteen-chars-aa";
  record.packet.ifname = "fifteen-chars-b";
  EXPECT_EQ(Screen(TextStyle{}).event(record).substr(19, 57),
            "2   ~n-chars-aa:4242 4026531840 beef     ~fteen-chars-b:3");
}

TEST(TextSink, NamesOfExactlyTheWidthAreNotCut) {
  resolve::Record record = tcp_record();
  record.packet.comm = "eleven-char";
  record.packet.ifname = "fourteen-chars";
  EXPECT_EQ(Screen(TextStyle{}).event(record).substr(19, 57),
            "2   eleven-char:4242 4026531840 beef     fourteen-chars:3");
}

// Names are whatever a process gives itself: no byte of them may reach the terminal as a command.
TEST(TextSink, ControlBytesInNames) {
  resolve::Record record = tcp_record();
  record.packet.comm = "\x1b[2J\n\x7f\xc2\x9b";
  record.packet.ifname = "e\tth\r";
  EXPECT_EQ(Screen(TextStyle{}).event(record),
            "0xffff888012345600 2   ?[2J????:4242    4026531840 beef         e?th?:3      0x0800 "
            "1500  60    10.9.0.1:40000->1.0.0.1:8080(tcp) ip_rcv\n");
}

TEST(TextSink, NoInterface) {
  resolve::Record record = tcp_record();
  record.packet.ifname = "";
  record.packet.ifindex = 0;
  EXPECT_EQ(Screen(TextStyle{}).event(record).substr(51, 26), "beef            0         ");
  record.packet.ifindex = 42;  // a device whose name could not be read
  EXPECT_EQ(Screen(TextStyle{}).event(record).substr(51, 26), "beef            42        ");
}

TEST(TextSink, WideNumbersMoveTheRestAndAreNeverCut) {
  resolve::Record record = tcp_record();
  record.packet.cpu = 1023;
  record.packet.mtu = 4294967295;
  record.packet.len_bytes = 123456;
  record.packet.mark = 0xffffffff;
  EXPECT_EQ(Screen(TextStyle{}).event(record),
            "0xffff888012345600 1023 curl:4242        4026531840 ffffffff      eth0:3      0x0800 "
            "4294967295 123456 10.9.0.1:40000->1.0.0.1:8080(tcp) ip_rcv\n");
}

TEST(TextSink, Losses) {
  Screen screen(narrow());
  EXPECT_EQ(screen.lost({3, 17, 1000, 2000}),
            "*** 17 events lost on CPU 3: ring buffer full after 1000 ns and before 2000 ns ***\n");
  EXPECT_EQ(screen.lost({0, 1, 1000, 0}),
            "*** 1 event lost on CPU 0: ring buffer full after 1000 ns ***\n");
  TextStyle colored = narrow();
  colored.uses_color = true;
  EXPECT_EQ(Screen(colored).lost({0, 2, 0, 5}),
            "\x1b[33m*** 2 events lost on CPU 0: ring buffer full after 0 ns and before 5 ns "
            "***\x1b[0m\n");
}

TEST(TextSink, MissedHitsStandInTheStream) {
  EXPECT_EQ(
      Screen(narrow()).missed({"pwru_hit_1", 12, 1000, 2000}),
      "*** 12 hits missed by pwru_hit_1: another probe was running on their CPU, after 1000 ns "
      "and before 2000 ns ***\n");
}

TEST(TextSink, AnErrorOfTheOutputIsTold) {
  TextSink sink(LineBuffer(-1, "/tmp/x"), narrow());
  const auto result = sink.begin();
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().what.find("/tmp/x"), std::string::npos);
}

}  // namespace
}  // namespace pwru::output
