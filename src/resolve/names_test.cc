// SPDX-License-Identifier: Apache-2.0
#include "resolve/names.h"

#include <gtest/gtest.h>

#include "resolve/fake_kernel_for_test.h"

namespace pwru::resolve {
namespace {

// The kind of an end and what is printed in parentheses; "-" if this is none, "?" in front of a
// mere number.
std::string end_text(Names& names, uint64_t func_ip, uint32_t arg2, uint32_t arg3,
                     uint64_t caller_ip = 0) {
  event::Event event;
  event.func_ip = func_ip;
  event.arg2 = arg2;
  event.arg3 = arg3;
  event.caller_ip = caller_ip;
  const auto end = names.end(event, names.function(func_ip));
  if (!end) return "-";
  std::string text = end->kind == End::Kind::Dropped ? "dropped:"
                     : end->kind == End::Kind::Freed ? "freed:"
                                                     : "consumed:";
  if (end->is_caller) text += "by ";
  return text + (end->is_unknown ? "? " : "") + std::string(end->text);
}

TEST(Names, Functions) {
  const FakeKernel kernel;
  Names names = kernel.names();
  EXPECT_EQ(names.function(kIpRcv).text, "ip_rcv");
  EXPECT_EQ(names.function(kNftDoChain).text, "nft_do_chain[nf_tables]");
  EXPECT_EQ(names.function(kSkSkbReasonDrop).reason_arg, 3);
}

TEST(Names, TracepointsEndPackets) {
  const FakeKernel kernel;
  Names names = kernel.names();
  const auto site = [](uint64_t id, const char* name) {
    return kernel::Site{id, kernel::SiteKind::Tracepoint, name, "", 0};
  };
  names.add_tracepoint(site(16, "tp:kfree_skb"), {"kfree_skb", "", 1, 3, true});
  names.add_tracepoint(site(32, "tp:consume_skb"), {"consume_skb", "", 1, 0, true});
  names.add_tracepoint(site(48, "tp:netif_rx"), {"netif_rx", "", 1, 0, false});
  EXPECT_EQ(names.function(16).text, "tp:kfree_skb");
  EXPECT_EQ(end_text(names, 16, 0, 5), end_text(names, kSkSkbReasonDrop, 0, 5));
  EXPECT_EQ(end_text(names, 32, 0, 0), "consumed:");
  EXPECT_EQ(end_text(names, 48, 0, 0), "-");
}

// A module that is loaded anew may have another function at the address.
TEST(Names, AModuleIsForgotten) {
  kernel::Functions functions;
  functions.found = {{"nft_do_chain", "nf_tables", kNftDoChain, 1, 0}};
  const kernel::Symbols symbols;
  const kernel::DropReasons reasons;
  Names names(functions, symbols, reasons);
  EXPECT_EQ(names.function(kNftDoChain).text, "nft_do_chain[nf_tables]");
  functions.found[0].name = "other";
  EXPECT_EQ(names.function(kNftDoChain).text, "nft_do_chain[nf_tables]");
  names.forget_module("nf_tables");
  EXPECT_EQ(names.function(kNftDoChain).text, "other[nf_tables]");
}

// The place of a probe: behind endbr64 and the ftrace site at most.
TEST(Names, AnAddressBehindTheEntryIsThatFunction) {
  const FakeKernel kernel;
  Names names = kernel.names();
  EXPECT_EQ(names.function(kIpRcv + 4).text, "ip_rcv");
  EXPECT_EQ(names.function(kKfreeSkbReason + 9).text, "kfree_skb_reason");
  EXPECT_EQ(names.function(kKfreeSkbReason + 9).reason_arg, 2);
  EXPECT_EQ(names.function(kIpRcv + 10).text, "ip_rcv+0xa");
}

TEST(Names, AddressesThatWereNotProbed) {
  const FakeKernel kernel;
  Names names = kernel.names();
  EXPECT_EQ(names.function(kNotProbed).text, "not_probed");
  EXPECT_EQ(names.function(kNotProbed + 0x1a).text, "not_probed+0x1a");
  EXPECT_EQ(names.function(0x10).text, "0x10");
  EXPECT_EQ(names.function(0x10).reason_arg, 0);
}

TEST(Names, TheSameAddressIsMadeOnce) {
  const FakeKernel kernel;
  Names names = kernel.names();
  const Names::Func* func = &names.function(kIpRcv);
  const std::string* symbol = &names.symbol(kIpRcv + 0x20);
  for (uint64_t ip = kIpRcv; ip < kIpRcv + 1000; ip++) {
    EXPECT_FALSE(names.function(ip).text.empty());
    EXPECT_FALSE(names.symbol(ip).empty());
  }
  EXPECT_EQ(func, &names.function(kIpRcv));
  EXPECT_EQ(symbol, &names.symbol(kIpRcv + 0x20));
  EXPECT_EQ(*symbol, "ip_rcv+0x20");
}

TEST(Names, DropReasons) {
  const FakeKernel kernel;
  Names names = kernel.names();
  EXPECT_EQ(end_text(names, kKfreeSkbReason, 3, 9), "dropped:SKB_DROP_REASON_NO_SOCKET");
  EXPECT_EQ(end_text(names, kSkSkbReasonDrop, 9, 3), "dropped:SKB_DROP_REASON_NO_SOCKET");
  EXPECT_EQ(end_text(names, kKfreeSkbListReason, 3, 0), "dropped:SKB_DROP_REASON_NO_SOCKET");
  EXPECT_EQ(end_text(names, kKfreeSkbReason, 0x30004, 0), "dropped:OVS_DROP_METER");
}

TEST(Names, UnknownReasons) {
  const FakeKernel kernel;
  Names names = kernel.names();
  EXPECT_EQ(end_text(names, kKfreeSkbReason, 77, 0), "dropped:? 77");
  EXPECT_EQ(end_text(names, kSkSkbReasonDrop, 0, 4294967295), "dropped:? 4294967295");
  EXPECT_EQ(end_text(names, kKfreeSkbListReason, 77, 0), "dropped:? 77");
}

// Whatever the function is called: sk_skb_reason_drop() ends packets that arrived, too.
TEST(Names, Consumed) {
  const FakeKernel kernel;
  Names names = kernel.names();
  EXPECT_EQ(end_text(names, kSkSkbReasonDrop, 3, 1), "consumed:consumed");
  EXPECT_EQ(end_text(names, kKfreeSkbReason, 1, 0), "consumed:consumed");
  EXPECT_EQ(end_text(names, kKfreeSkbListReason, 1, 0), "consumed:consumed");
  EXPECT_EQ(end_text(names, kConsumeSkb, 3, 3), "consumed:");
  EXPECT_EQ(end_text(names, kDevKfreeSkbIrq, 0, 3), "consumed:consumed");
}

TEST(Names, FreedWithoutAReason) {
  const FakeKernel kernel;
  Names names = kernel.names();
  EXPECT_EQ(end_text(names, kSkSkbReasonDrop, 3, 2), "freed:freed");
  EXPECT_EQ(end_text(names, kKfreeSkbReason, 2, 0), "freed:freed");
  EXPECT_EQ(end_text(names, kKfreeSkbListReason, 2, 0), "freed:freed");
  EXPECT_EQ(end_text(names, kKfreeSkbReason, 0, 0), "freed:freed");
  EXPECT_EQ(end_text(names, kDevKfreeSkbIrq, 1, 0), "freed:freed");
}

// The kernel passes NOT_SPECIFIED to skb_release_data() also for an skb that was consumed.
TEST(Names, NoEnd) {
  const FakeKernel kernel;
  Names names = kernel.names();
  EXPECT_EQ(end_text(names, kIpRcv, 3, 3), "-");
  EXPECT_EQ(end_text(names, kSkbReleaseData, 2, 0), "-");
  EXPECT_EQ(end_text(names, kKfreeSkb, 3, 3, kIpRcv + 5), "-");
}

// Before 5.17 nobody knows whether it is a drop; the one who freed it says most about it.
TEST(Names, KernelsWithoutReasons) {
  const FakeKernel kernel(false);
  Names names = kernel.names();
  EXPECT_EQ(end_text(names, kKfreeSkb, 3, 3, kIpRcv + 0x15), "freed:by ip_rcv+0x15");
  EXPECT_EQ(end_text(names, kKfreeSkb, 3, 3, 0), "-");
  EXPECT_EQ(end_text(names, kIpRcv, 3, 3, kNotProbed), "-");
}

}  // namespace
}  // namespace pwru::resolve
