// SPDX-License-Identifier: Apache-2.0
// The column FUNC of a line of text, and the caller's.
#include <gtest/gtest.h>

#include "output/screen_for_test.h"

namespace pwru::output {
namespace {

event::Event at(uint64_t func_ip, uint32_t arg2 = 0, uint32_t arg3 = 0) {
  event::Event event = packet();
  event.func_ip = func_ip;
  event.arg2 = arg2;
  event.arg3 = arg3;
  return event;
}

// What stands in the column FUNC of an event in colour or not.
std::string function_text(const event::Event& event, bool uses_color = false,
                          bool has_reasons = true) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.uses_color = uses_color;
  std::string line = Screen(style, has_reasons).event(event);
  EXPECT_EQ(line.substr(0, 40), "0xffff888012345600 2   curl:4242        ");
  return line.substr(40);
}

TEST(TextSink, Caller) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.has_caller = true;
  Screen screen(style);
  EXPECT_EQ(screen.begin(), "SKB                CPU PROCESS          FUNC CALLER\n");
  EXPECT_EQ(screen.event(at(resolve::kNftDoChain)),
            "0xffff888012345600 2   curl:4242        nft_do_chain[nf_tables] ip_rcv+0x15\n");
  EXPECT_EQ(screen.event(packet()),
            "0xffff888012345600 2   curl:4242        ip_rcv                  ip_rcv+0x15\n");
  event::Event event = packet();
  event.caller_ip = 0x10;
  EXPECT_EQ(screen.event(event),
            "0xffff888012345600 2   curl:4242        ip_rcv                  0x10\n");
}

event::Event of_program(pwru_event_type type, int32_t verdict) {
  event::Event event = at(resolve::kBpfProgram);
  event.type = type;
  event.verdict = verdict;
  event.caller_ip = 0;
  return event;
}

TEST(TextSink, BpfPrograms) {
  EXPECT_EQ(function_text(of_program(PWRU_EVENT_TC_ENTRY, 0)), "my_prog(tc)\n");
  EXPECT_EQ(function_text(of_program(PWRU_EVENT_TC_EXIT, 0)), "my_prog(tc) -> TC_ACT_OK\n");
  EXPECT_EQ(function_text(of_program(PWRU_EVENT_TC_EXIT, 1234)), "my_prog(tc) -> 1234\n");
  EXPECT_EQ(function_text(of_program(PWRU_EVENT_TC_EXIT, 0), true), "my_prog(tc) -> TC_ACT_OK\n");
  EXPECT_EQ(function_text(of_program(PWRU_EVENT_TC_EXIT, 2), true),
            "\x1b[1;31mmy_prog(tc) -> TC_ACT_SHOT\x1b[0m\n");
}

TEST(TextSink, BpfProgramsHaveNoCaller) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.has_caller = true;
  EXPECT_EQ(Screen(style).event(of_program(PWRU_EVENT_TC_ENTRY, 0)),
            "0xffff888012345600 2   curl:4242        my_prog(tc) -\n");
  style.has_tunnel = true;  // which stays the column behind it
  EXPECT_EQ(Screen(style).event(of_program(PWRU_EVENT_TC_ENTRY, 0)),
            "0xffff888012345600 2   curl:4242        my_prog(tc) - -\n");
}

TEST(TextSink, DropReasons) {
  EXPECT_EQ(function_text(at(resolve::kKfreeSkbReason, 3)),
            "kfree_skb_reason(SKB_DROP_REASON_NO_SOCKET)\n");
  EXPECT_EQ(function_text(at(resolve::kSkSkbReasonDrop, 0, 3)),
            "sk_skb_reason_drop(SKB_DROP_REASON_NO_SOCKET)\n");
  EXPECT_EQ(function_text(at(resolve::kKfreeSkbReason, 77)), "kfree_skb_reason (77)\n");
  EXPECT_EQ(function_text(at(resolve::kSkbReleaseData, 2)), "skb_release_data\n");
}

TEST(TextSink, EndsThatAreNoDrops) {
  EXPECT_EQ(function_text(at(resolve::kSkSkbReasonDrop, 0, 1)), "sk_skb_reason_drop(consumed)\n");
  EXPECT_EQ(function_text(at(resolve::kSkSkbReasonDrop, 0, 2)), "sk_skb_reason_drop(freed)\n");
  EXPECT_EQ(function_text(at(resolve::kConsumeSkb)), "consume_skb\n");
  EXPECT_EQ(function_text(at(resolve::kSkSkbReasonDrop, 0, 1), true),
            "sk_skb_reason_drop(consumed)\n");
  EXPECT_EQ(function_text(at(resolve::kSkSkbReasonDrop, 0, 2), true),
            "\x1b[33msk_skb_reason_drop(freed)\x1b[0m\n");
}

TEST(TextSink, EndsOnKernelsWithoutReasons) {
  EXPECT_EQ(function_text(at(resolve::kKfreeSkb), false, false), "kfree_skb(ip_rcv+0x15)\n");
  EXPECT_EQ(function_text(at(resolve::kKfreeSkb), true, false),
            "\x1b[33mkfree_skb(ip_rcv+0x15)\x1b[0m\n");
}

TEST(TextSink, DropsStandOutInColour) {
  EXPECT_EQ(function_text(at(resolve::kKfreeSkbReason, 3), true),
            "\x1b[1;31mkfree_skb_reason(SKB_DROP_REASON_NO_SOCKET)\x1b[0m\n");
  EXPECT_EQ(function_text(packet(), true), "ip_rcv\n");
}

// The bytes of a colour take no room on the screen.
TEST(TextSink, ColourDoesNotMoveColumns) {
  TextStyle style = narrow();
  style.has_tuple = false;
  style.has_caller = true;
  style.uses_color = true;
  Screen screen(style);
  EXPECT_EQ(screen.event(at(resolve::kKfreeSkbReason, 77)).substr(40),
            "\x1b[1;31mkfree_skb_reason (77)\x1b[0m ip_rcv+0x15\n");
  EXPECT_EQ(screen.event(packet()).substr(40), "ip_rcv                ip_rcv+0x15\n");
}

}  // namespace
}  // namespace pwru::output
