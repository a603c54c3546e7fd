// SPDX-License-Identifier: Apache-2.0
// The column FUNC of a line of text, and the caller's.
#include <gtest/gtest.h>

#include "output/screen_for_test.h"

namespace pwru::output {
namespace {

using resolve::End;

resolve::Record in(std::string_view function) {
  resolve::Record record = tcp_record();
  record.function = function;
  record.caller = "ip_rcv+0x15";
  return record;
}

resolve::Record ended(std::string_view function, const End& end) {
  resolve::Record record = in(function);
  record.end = end;
  return record;
}

// What stands in the column FUNC of a record in colour or not.
std::string function_text(const resolve::Record& record, bool uses_color = false) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.uses_color = uses_color;
  std::string line = Screen(style).event(record);
  EXPECT_EQ(line.substr(0, 40), "0xffff888012345600 2   curl:4242        ");
  return line.substr(40);
}

TEST(TextSink, Caller) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.has_caller = true;
  Screen screen(style);
  EXPECT_EQ(screen.begin(), "SKB                CPU PROCESS          FUNC CALLER\n");
  EXPECT_EQ(screen.event(in("nft_do_chain[nf_tables]")),
            "0xffff888012345600 2   curl:4242        nft_do_chain[nf_tables] ip_rcv+0x15\n");
  EXPECT_EQ(screen.event(in("ip_rcv")),
            "0xffff888012345600 2   curl:4242        ip_rcv                  ip_rcv+0x15\n");
}

resolve::Record of_program(pwru_event_type type) {
  resolve::Record record = in("my_prog(tc)");
  record.type = type;
  return record;
}

resolve::Record at_exit(const resolve::Verdict& verdict) {
  resolve::Record record = of_program(PWRU_EVENT_TC_EXIT);
  record.verdict = verdict;
  return record;
}

TEST(TextSink, BpfPrograms) {
  EXPECT_EQ(function_text(of_program(PWRU_EVENT_TC_ENTRY)), "my_prog(tc)\n");
  EXPECT_EQ(function_text(at_exit({0, "TC_ACT_OK"})), "my_prog(tc) -> TC_ACT_OK\n");
  EXPECT_EQ(function_text(at_exit({-1234, ""})), "my_prog(tc) -> -1234\n");
  EXPECT_EQ(function_text(at_exit({0, "TC_ACT_OK"}), true), "my_prog(tc) -> TC_ACT_OK\n");
  EXPECT_EQ(function_text(at_exit({2, "TC_ACT_SHOT", true}), true),
            "\x1b[1;31mmy_prog(tc) -> TC_ACT_SHOT\x1b[0m\n");
}

TEST(TextSink, BpfProgramsHaveNoCaller) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.has_caller = true;
  EXPECT_EQ(Screen(style).event(of_program(PWRU_EVENT_TC_ENTRY)),
            "0xffff888012345600 2   curl:4242        my_prog(tc) -\n");
  style.has_tunnel = true;  // which stays the column behind it
  EXPECT_EQ(Screen(style).event(of_program(PWRU_EVENT_TC_ENTRY)),
            "0xffff888012345600 2   curl:4242        my_prog(tc) - -\n");
}

constexpr End kNoSocket = {End::Kind::Dropped, "SKB_DROP_REASON_NO_SOCKET"};
constexpr End kUnknown = {End::Kind::Dropped, "77", true};
constexpr End kConsumed = {End::Kind::Consumed, "consumed"};
constexpr End kFreed = {End::Kind::Freed, "freed"};
constexpr End kFreedBy = {End::Kind::Freed, "ip_rcv+0x15", false, true};

TEST(TextSink, EndsOfPackets) {
  EXPECT_EQ(function_text(ended("kfree_skb_reason", kNoSocket)),
            "kfree_skb_reason(SKB_DROP_REASON_NO_SOCKET)\n");
  EXPECT_EQ(function_text(ended("kfree_skb_reason", kUnknown)), "kfree_skb_reason (77)\n");
  EXPECT_EQ(function_text(ended("sk_skb_reason_drop", kConsumed)),
            "sk_skb_reason_drop(consumed)\n");
  EXPECT_EQ(function_text(ended("kfree_skb", kFreedBy)), "kfree_skb(ip_rcv+0x15)\n");
  EXPECT_EQ(function_text(ended("consume_skb", {End::Kind::Consumed, ""})), "consume_skb\n");
}

TEST(TextSink, DropsStandOutInColour) {
  EXPECT_EQ(function_text(ended("kfree_skb_reason", kNoSocket), true),
            "\x1b[1;31mkfree_skb_reason(SKB_DROP_REASON_NO_SOCKET)\x1b[0m\n");
  EXPECT_EQ(function_text(ended("sk_skb_reason_drop", kFreed), true),
            "\x1b[33msk_skb_reason_drop(freed)\x1b[0m\n");
  EXPECT_EQ(function_text(ended("sk_skb_reason_drop", kConsumed), true),
            "sk_skb_reason_drop(consumed)\n");
  EXPECT_EQ(function_text(in("ip_rcv"), true), "ip_rcv\n");
}

// The bytes of a colour take no room on the screen.
TEST(TextSink, ColourDoesNotMoveColumns) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.has_caller = true;
  style.uses_color = true;
  Screen screen(style);
  EXPECT_EQ(screen.event(ended("kfree_skb_reason", kUnknown)).substr(40),
            "\x1b[1;31mkfree_skb_reason (77)\x1b[0m ip_rcv+0x15\n");
  EXPECT_EQ(screen.event(in("ip_rcv")).substr(40), "ip_rcv                ip_rcv+0x15\n");
}

}  // namespace
}  // namespace pwru::output
