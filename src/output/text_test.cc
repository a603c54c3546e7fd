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
  EXPECT_EQ(screen.event(packet()),
            "0xffff888012345600 2   curl:4242        4026531840 beef          eth0:3      0x0800 "
            "1500  60    10.9.0.1:40000->1.0.0.1:8080(tcp) ip_rcv\n");
}

TEST(TextSink, TunnelIsTheLastColumn) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.has_caller = true;
  style.has_tunnel = true;
  style.has_stack = true;
  Screen screen(style);
  EXPECT_EQ(screen.begin(), "SKB                CPU PROCESS          FUNC CALLER TUNNEL\n");
  EXPECT_EQ(screen.event(packet()),
            "0xffff888012345600 2   curl:4242        ip_rcv ip_rcv+0x15 -\n");
  event::Event event = packet();
  event.tunnel.emplace().kind = PWRU_TUNNEL_IPIP;
  event.tunnel->tuple = event.tuple;
  const std::array<uint64_t, 1> stack = {resolve::kIpRcv + 0x15};
  event.stack = stack;
  EXPECT_EQ(screen.event(event),
            "0xffff888012345600 2   curl:4242        ip_rcv ip_rcv+0x15 "
            "ipip:10.9.0.1:40000->1.0.0.1:8080(tcp)\nip_rcv+0x15\n");
}

TEST(TextSink, IdsStandBeforeTheTuple) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.has_id = true;
  Screen screen(style);
  EXPECT_EQ(screen.begin(), "SKB                CPU PROCESS          ID            FUNC\n");
  event::Event event = packet();
  event.packet_id = PWRU_ID_OF_CHILD | 2;
  event.parent_id = 1;
  EXPECT_EQ(screen.event(event), "0xffff888012345600 2   curl:4242        0.c2<0.1      ip_rcv\n");
}

TEST(TextSink, NarrowLayoutHasTheFunctionsBelowTheirPacket) {
  TextStyle style;
  style.is_narrow = true;
  Screen screen(style);
  EXPECT_EQ(screen.begin(), "SKB CPU PROCESS NETNS MARK/x IFACE PROTO MTU LEN TUPLE\n  FUNC\n");
  event::Event event = packet();
  const std::string heading =
      "0xffff888012345600 2 curl:4242 4026531840 beef eth0:3 0x0800 1500 60 "
      "10.9.0.1:40000->1.0.0.1:8080(tcp)\n";
  EXPECT_EQ(screen.event(event), heading + "  ip_rcv\n");
  EXPECT_EQ(screen.event(event), "  ip_rcv\n");
  event.skb++;
  EXPECT_EQ(screen.event(event), "0xffff888012345601" + heading.substr(18) + "  ip_rcv\n");
}

TEST(TextSink, NarrowLayoutHasTheTimeBeforeTheFunction) {
  TextStyle style = narrow();
  style.is_narrow = true;
  style.time = TimeColumn::Current;
  Screen screen(style);
  EXPECT_EQ(screen.begin(), "SKB CPU PROCESS TUPLE\n  TIMESTAMP        FUNC\n");
  event::Event event = packet();
  event.ts_ns = 1000;
  screen.event(event);
  event.ts_ns = 2000;
  EXPECT_EQ(screen.event(event), "  2000             ip_rcv\n");
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
  event::Event event = packet();
  event.comm = "tmux: server";
  event.pid = 42;
  EXPECT_EQ(Screen(narrow()).event(event),
            "0xffff888012345600 2   tmux:_server:42  "
            "10.9.0.1:40000->1.0.0.1:8080(tcp) ip_rcv\n");
}

TEST(TextSink, WithoutMeta) {
  Screen screen(narrow());
  EXPECT_EQ(screen.begin(), "SKB                CPU PROCESS          TUPLE FUNC\n");
  EXPECT_EQ(screen.event(packet()),
            "0xffff888012345600 2   curl:4242        10.9.0.1:40000->1.0.0.1:8080(tcp) ip_rcv\n");
}

TEST(TextSink, WithoutTuple) {
  TextStyle style;
  style.has_tuple = false;
  Screen screen(style);
  EXPECT_EQ(screen.begin(),
            "SKB                CPU PROCESS          NETNS      MARK/x        IFACE       PROTO  "
            "MTU   LEN   FUNC\n");
  EXPECT_EQ(screen.event(packet()),
            "0xffff888012345600 2   curl:4242        4026531840 beef          eth0:3      0x0800 "
            "1500  60    ip_rcv\n");
}

TEST(TextSink, TcpFlags) {
  TextStyle style = narrow();
  style.has_tcp_flags = true;
  EXPECT_EQ(Screen(style).event(packet()),
            "0xffff888012345600 2   curl:4242        "
            "10.9.0.1:40000->1.0.0.1:8080(tcp:SYN|ACK) ip_rcv\n");
}

TEST(TextSink, TheTupleColumnIsAsWideAsTheLongestSoFar) {
  Screen screen(narrow());
  event::Event other = packet();
  screen.event(other);
  other.tuple.dport = 80;
  EXPECT_EQ(screen.event(other),
            "0xffff888012345600 2   curl:4242        10.9.0.1:40000->1.0.0.1:80(tcp)   ip_rcv\n");
  other.has_tuple = false;  // no IP packet
  EXPECT_EQ(screen.event(other),
            "0xffff888012345600 2   curl:4242        -                                 ip_rcv\n");
}

TEST(TextSink, NoIpPacket) {
  event::Event event = packet();
  event.has_tuple = false;
  event.proto = 0x0806;
  event.mark = 0;
  event.mtu = 0;
  EXPECT_EQ(Screen(TextStyle{}).event(event),
            "0xffff888012345600 2   curl:4242        4026531840 0             eth0:3      0x0806 "
            "0     60    - ip_rcv\n");
}

TEST(TextSink, Stack) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.has_stack = true;
  const std::array<uint64_t, 3> stack = {resolve::kIpRcv + 1, resolve::kNftDoChain + 0x20, 0x10};
  event::Event event = packet();
  event.stack = stack;
  Screen screen(style);
  EXPECT_EQ(screen.event(event),
            "0xffff888012345600 2   curl:4242        ip_rcv\n"
            "ip_rcv+0x1\n"
            "nft_do_chain[nf_tables]+0x20\n"
            "0x10\n");
  event.stack = {};  // the kernel had none
  EXPECT_EQ(screen.event(event), "0xffff888012345600 2   curl:4242        ip_rcv\n");
}

TEST(TextSink, TheWholeSkb) {
  kernel::BtfBuilder types;
  const uint32_t u32 = types.integer("u32", 4);
  types.add(BTF_KIND_STRUCT, "sk_buff", 8,
            {types.string("len"), u32, 0, types.string("mark"), u32, 32}, 2);
  auto skb = resolve::StructText::create(**kernel::Btf::parse(types.bytes(), nullptr), "sk_buff");
  ASSERT_TRUE(skb) << skb.error().what;
  TextStyle style = narrow();
  style.has_tuple = false;
  resolve::Dumps dumps;
  dumps.skb = std::move(*skb);
  Screen screen(style, true, std::move(dumps));
  const std::array<uint32_t, 2> bytes = {60, 0};
  event::Event event = packet();
  event.skb_bytes = std::as_bytes(std::span(bytes));
  EXPECT_EQ(screen.event(event),
            "0xffff888012345600 2   curl:4242        ip_rcv\n"
            "(struct sk_buff){\n\t.len = (u32)60,\n\t.mark = (u32)0,\n}\n");
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
  event::Event event = packet();
  event.cb = words;
  EXPECT_EQ(screen.event(event),
            "0xffff888012345600 2   curl:4242        "
            "[0x00000000,0x00000001,0xDEADBEEF,0x0000000A,0xFFFFFFFF] ip_rcv\n");
}

TEST(TextSink, TimestampCurrent) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.time = TimeColumn::Current;
  Screen screen(style);
  EXPECT_EQ(screen.begin(), "SKB                CPU PROCESS          TIMESTAMP        FUNC\n");
  EXPECT_EQ(screen.event(packet()),
            "0xffff888012345600 2   curl:4242        5000000100       ip_rcv\n");
}

// Time since the last event of the same packet: by its id when it is followed, else by its skb.
TEST(TextSink, TimestampRelative) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.time = TimeColumn::Relative;
  Screen screen(style);
  const auto told = [&](uint64_t skb, uint64_t packet_id, uint64_t ts_ns) {
    event::Event event = packet();
    event.skb = skb;
    event.packet_id = packet_id;
    event.ts_ns = ts_ns;
    return std::stoull(screen.event(event).substr(40, 16));
  };
  EXPECT_EQ(told(0xffff888000000001, 0, 1000), 0u);
  EXPECT_EQ(told(0xffff888000000002, 0, 1200), 0u);
  EXPECT_EQ(told(0xffff888000000001, 0, 1300), 300u);
  EXPECT_EQ(told(0xffff888000000001, 7, 1400), 0u);
  EXPECT_EQ(told(0xffff888000000009, 7, 1450), 50u);  // a clone
}

TEST(TextSink, TimestampAbsolute) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.time = TimeColumn::Absolute;
  Screen screen(style);
  EXPECT_EQ(screen.begin(),
            "TIME                             SKB                CPU PROCESS          "
            "TIMESTAMP        FUNC\n");
  std::string line = screen.event(packet());
  std::replace_if(line.begin(), line.begin() + resolve::WallClock::kWidth, ::isdigit, '0');
  if (line[26] == '-') line[26] = '+';  // the zone of this machine
  EXPECT_EQ(line,
            "0000-00-00T00:00:00.000000+00:00 "
            "0xffff888012345600 2   curl:4242        5000000100       ip_rcv\n");
}

TEST(TextSink, LongNamesAreCutInFront) {
  event::Event event = packet();
  event.comm = "sixteen-chars-aa";
  event.ifname = "fifteen-chars-b";
  EXPECT_EQ(Screen(TextStyle{}).event(event).substr(19, 57),
            "2   ~n-chars-aa:4242 4026531840 beef     ~fteen-chars-b:3");
}

TEST(TextSink, NamesOfExactlyTheWidthAreNotCut) {
  event::Event event = packet();
  event.comm = "eleven-char";
  event.ifname = "fourteen-chars";
  EXPECT_EQ(Screen(TextStyle{}).event(event).substr(19, 57),
            "2   eleven-char:4242 4026531840 beef     fourteen-chars:3");
}

// Names are whatever a process gives itself: no byte of them may reach the terminal as a command.
TEST(TextSink, ControlBytesInNames) {
  event::Event event = packet();
  event.comm = "\x1b[2J\n\x7f\xc2\x9b";
  event.ifname = "e\tth\r";
  EXPECT_EQ(Screen(TextStyle{}).event(event),
            "0xffff888012345600 2   ?[2J????:4242    4026531840 beef         e?th?:3      0x0800 "
            "1500  60    10.9.0.1:40000->1.0.0.1:8080(tcp) ip_rcv\n");
}

TEST(TextSink, NoInterface) {
  event::Event event = packet();
  event.ifname = "";
  event.ifindex = 0;
  EXPECT_EQ(Screen(TextStyle{}).event(event).substr(51, 26), "beef            0         ");
  event.ifindex = 42;  // a device whose name could not be read
  EXPECT_EQ(Screen(TextStyle{}).event(event).substr(51, 26), "beef            42        ");
}

TEST(TextSink, WideNumbersMoveTheRestAndAreNeverCut) {
  event::Event event = packet();
  event.cpu = 1023;
  event.mtu = 4294967295;
  event.len_bytes = 123456;
  event.mark = 0xffffffff;
  EXPECT_EQ(Screen(TextStyle{}).event(event),
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
  resolve::FakeKernel kernel;
  TextSink sink(LineBuffer(-1, "/tmp/x"), narrow(), *kernel.names, resolve::Dumps{});
  const auto result = sink.begin();
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().what.find("/tmp/x"), std::string::npos);
}

}  // namespace
}  // namespace pwru::output
