// SPDX-License-Identifier: Apache-2.0
#include "resolve/names.h"

#include <gtest/gtest.h>

#include "resolve/names_for_test.h"

namespace pwru::resolve {
namespace {

// The kind of an end and what is printed in parentheses; "-" if this is none, "?" in front of a
// mere number.
std::string end_text(FakeKernel& kernel, uint64_t func_ip, uint32_t arg2, uint32_t arg3,
                     uint64_t caller_ip = 0) {
  event::Event event;
  event.func_ip = func_ip;
  event.arg2 = arg2;
  event.arg3 = arg3;
  event.caller_ip = caller_ip;
  const auto end = kernel.names->end(event, kernel.names->function(func_ip));
  if (!end) return "-";
  std::string text = end->kind == Names::EndKind::Dropped ? "dropped:"
                     : end->kind == Names::EndKind::Freed ? "freed:"
                                                          : "consumed:";
  if (end->is_caller) text += "by ";
  return text + (end->is_unknown ? "? " : "") + std::string(end->text);
}

TEST(Names, Functions) {
  FakeKernel kernel;
  EXPECT_EQ(kernel.names->function(kIpRcv).text, "ip_rcv");
  EXPECT_EQ(kernel.names->function(kNftDoChain).text, "nft_do_chain[nf_tables]");
  EXPECT_EQ(kernel.names->function(kSkSkbReasonDrop).reason_arg, 3);
}

// The place of a probe: behind endbr64 and the ftrace site at most.
TEST(Names, AnAddressBehindTheEntryIsThatFunction) {
  FakeKernel kernel;
  EXPECT_EQ(kernel.names->function(kIpRcv + 4).text, "ip_rcv");
  EXPECT_EQ(kernel.names->function(kKfreeSkbReason + 9).text, "kfree_skb_reason");
  EXPECT_EQ(kernel.names->function(kKfreeSkbReason + 9).reason_arg, 2);
  EXPECT_EQ(kernel.names->function(kIpRcv + 10).text, "ip_rcv+0xa");
}

TEST(Names, AddressesThatWereNotProbed) {
  FakeKernel kernel;
  EXPECT_EQ(kernel.names->function(kNotProbed).text, "not_probed");
  EXPECT_EQ(kernel.names->function(kNotProbed + 0x1a).text, "not_probed+0x1a");
  EXPECT_EQ(kernel.names->function(0x10).text, "0x10");
  EXPECT_EQ(kernel.names->function(0x10).reason_arg, 0);
}

TEST(Names, TheSameAddressIsMadeOnce) {
  FakeKernel kernel;
  const Names::Func* func = &kernel.names->function(kIpRcv);
  const std::string* symbol = &kernel.names->symbol(kIpRcv + 0x20);
  for (uint64_t ip = kIpRcv; ip < kIpRcv + 1000; ip++) {
    EXPECT_FALSE(kernel.names->function(ip).text.empty());
    EXPECT_FALSE(kernel.names->symbol(ip).empty());
  }
  EXPECT_EQ(func, &kernel.names->function(kIpRcv));
  EXPECT_EQ(symbol, &kernel.names->symbol(kIpRcv + 0x20));
  EXPECT_EQ(*symbol, "ip_rcv+0x20");
}

TEST(Names, DropReasons) {
  FakeKernel kernel;
  EXPECT_EQ(end_text(kernel, kKfreeSkbReason, 3, 9), "dropped:SKB_DROP_REASON_NO_SOCKET");
  EXPECT_EQ(end_text(kernel, kSkSkbReasonDrop, 9, 3), "dropped:SKB_DROP_REASON_NO_SOCKET");
  EXPECT_EQ(end_text(kernel, kKfreeSkbListReason, 3, 0), "dropped:SKB_DROP_REASON_NO_SOCKET");
  EXPECT_EQ(end_text(kernel, kKfreeSkbReason, 0x30004, 0), "dropped:OVS_DROP_METER");
}

TEST(Names, UnknownReasons) {
  FakeKernel kernel;
  EXPECT_EQ(end_text(kernel, kKfreeSkbReason, 77, 0), "dropped:? 77");
  EXPECT_EQ(end_text(kernel, kSkSkbReasonDrop, 0, 4294967295), "dropped:? 4294967295");
  EXPECT_EQ(end_text(kernel, kKfreeSkbListReason, 77, 0), "dropped:? 77");
}

// Whatever the function is called: sk_skb_reason_drop() ends packets that arrived, too.
TEST(Names, Consumed) {
  FakeKernel kernel;
  EXPECT_EQ(end_text(kernel, kSkSkbReasonDrop, 3, 1), "consumed:consumed");
  EXPECT_EQ(end_text(kernel, kKfreeSkbReason, 1, 0), "consumed:consumed");
  EXPECT_EQ(end_text(kernel, kKfreeSkbListReason, 1, 0), "consumed:consumed");
  EXPECT_EQ(end_text(kernel, kConsumeSkb, 3, 3), "consumed:");
  EXPECT_EQ(end_text(kernel, kDevKfreeSkbIrq, 0, 3), "consumed:consumed");
}

TEST(Names, FreedWithoutAReason) {
  FakeKernel kernel;
  EXPECT_EQ(end_text(kernel, kSkSkbReasonDrop, 3, 2), "freed:freed");
  EXPECT_EQ(end_text(kernel, kKfreeSkbReason, 2, 0), "freed:freed");
  EXPECT_EQ(end_text(kernel, kKfreeSkbListReason, 2, 0), "freed:freed");
  EXPECT_EQ(end_text(kernel, kKfreeSkbReason, 0, 0), "freed:freed");
  EXPECT_EQ(end_text(kernel, kDevKfreeSkbIrq, 1, 0), "freed:freed");
}

// skb_release_data() is told NOT_SPECIFIED whatever happened.
TEST(Names, NoEnd) {
  FakeKernel kernel;
  EXPECT_EQ(end_text(kernel, kIpRcv, 3, 3), "-");
  EXPECT_EQ(end_text(kernel, kSkbReleaseData, 2, 0), "-");
  EXPECT_EQ(end_text(kernel, kKfreeSkb, 3, 3, kIpRcv + 5), "-");
}

// Before 5.17 nobody knows whether it is a drop; the one who freed it says most about it.
TEST(Names, KernelsWithoutReasons) {
  FakeKernel kernel(false);
  EXPECT_EQ(end_text(kernel, kKfreeSkb, 3, 3, kIpRcv + 0x15), "freed:by ip_rcv+0x15");
  EXPECT_EQ(end_text(kernel, kKfreeSkb, 3, 3, 0), "-");
  EXPECT_EQ(end_text(kernel, kIpRcv, 3, 3, kNotProbed), "-");
}

}  // namespace
}  // namespace pwru::resolve
