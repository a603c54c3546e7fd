// SPDX-License-Identifier: Apache-2.0
#include "resolve/resolver.h"

#include <gtest/gtest.h>

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "expr/compile.h"
#include "resolve/fake_kernel_for_test.h"

namespace pwru::resolve {
namespace {

event::Event in_ip_rcv() {
  event::Event event;
  event.ts_ns = 5000;
  event.func_ip = kIpRcv;
  event.caller_ip = kIpRcv + 0x15;
  return event;
}

TEST(Resolver, WhatIsSaidOfThePacket) {
  event::Event event = in_ip_rcv();
  event.skb = 0xffff888012345600;
  event.packet_id = 7;
  event.parent_id = 6;
  event.cpu = 2;
  event.pid = 4242;
  event.comm = "sixteen-bytes-xx";
  event.has_meta = true;
  event.netns = 4026531840;
  event.mark = 0xbeef;
  event.ifindex = 3;
  event.len_bytes = 60;
  event.mtu = 1500;
  event.proto = 0x0800;
  event.ifname = "eth0";
  event.has_tuple = true;
  event.tuple.l4_proto = 6;
  event.tunnel.emplace().kind = PWRU_TUNNEL_GRE;
  const FakeKernel kernel;
  Resolver resolver = kernel.resolver();
  const Record& record = resolver.resolve(event);
  EXPECT_EQ(record.type, PWRU_EVENT_FUNC);
  EXPECT_EQ(record.ts_ns, 5000u);
  EXPECT_EQ(record.packet.skb, 0xffff888012345600);
  EXPECT_EQ(record.packet.id, 7u);
  EXPECT_EQ(record.packet.parent_id, 6u);
  EXPECT_EQ(record.packet.cpu, 2u);
  EXPECT_EQ(record.packet.pid, 4242u);
  EXPECT_EQ(record.packet.comm.text(), "sixteen-bytes-xx");
  EXPECT_TRUE(record.packet.has_meta);
  EXPECT_EQ(record.packet.netns, 4026531840);
  EXPECT_EQ(record.packet.mark, 0xbeefu);
  EXPECT_EQ(record.packet.ifindex, 3u);
  EXPECT_EQ(record.packet.len_bytes, 60u);
  EXPECT_EQ(record.packet.mtu, 1500u);
  EXPECT_EQ(record.packet.proto, 0x0800);
  EXPECT_EQ(record.packet.ifname.text(), "eth0");
  EXPECT_TRUE(record.packet.has_tuple);
  EXPECT_EQ(record.packet.tuple, event.tuple);
  ASSERT_TRUE(record.tunnel);
  EXPECT_EQ(record.tunnel->kind, PWRU_TUNNEL_GRE);
}

TEST(Resolver, FunctionAndEnd) {
  const FakeKernel kernel;
  Resolver resolver = kernel.resolver();
  event::Event event = in_ip_rcv();
  EXPECT_EQ(resolver.resolve(event).function, "ip_rcv");
  EXPECT_EQ(resolver.resolve(event).function_addr, kIpRcv);
  EXPECT_FALSE(resolver.resolve(event).end);
  event.func_ip = kKfreeSkbReason;
  event.arg2 = 3;
  const Record& record = resolver.resolve(event);
  EXPECT_EQ(record.function, "kfree_skb_reason");
  ASSERT_TRUE(record.end);
  EXPECT_EQ(record.end->kind, End::Kind::Dropped);
  EXPECT_EQ(record.end->text, "SKB_DROP_REASON_NO_SOCKET");
  EXPECT_FALSE(record.verdict);
}

TEST(Resolver, WhereAPortIsOpenIsAskedForWhatNoSocketTook) {
  const FakeKernel kernel;
  std::string asked;
  Resolver resolver = kernel.resolver();
  resolver.ask_for_ports({[&](uint32_t netns, const char* file) -> std::string {
                            asked += std::to_string(netns) + file + " ";
                            return "  0: 0100007F:2328 00000000:0000 0A 0\n";
                          },
                          [] { return uint64_t{1}; }});
  event::Event event = in_ip_rcv();
  event.netns = 7;
  event.has_tuple = event.tuple.has_ports = true;
  event.tuple.l4_proto = 6;
  event.tuple.dport = 9000;
  event.func_ip = kKfreeSkbReason;
  event.arg2 = 2;
  EXPECT_FALSE(resolver.resolve(event).ports);
  EXPECT_EQ(asked, "");
  event.arg2 = 3;
  const std::optional<Ports> found = resolver.resolve(event).ports;
  ASSERT_TRUE(found);
  EXPECT_EQ(found->open_at, "127.0.0.1:9000");
  EXPECT_EQ(found->takes_packet, false);
  EXPECT_EQ(asked, "7tcp 7tcp6 ");
  event.tuple.has_ports = false;
  EXPECT_FALSE(resolver.resolve(event).ports);
  event.tuple.l4_proto = 132;
  EXPECT_TRUE(resolver.resolve(event).ports);
  EXPECT_EQ(asked, "7tcp 7tcp6 7raw 7raw6 ");
  event.arg2 = 2;  // NOT_SPECIFIED
  event.tuple.l4_proto = 6;
  event.tuple.has_ports = true;
  event.tuple.tcp_flags = 0x02;
  EXPECT_TRUE(resolver.resolve(event).ports) << "TIME_WAIT may refuse a SYN";
}

TEST(Resolver, Verdicts) {
  const FakeKernel kernel;
  Resolver resolver = kernel.resolver();
  event::Event event = in_ip_rcv();
  event.func_ip = kBpfProgram;
  event.type = PWRU_EVENT_TC_ENTRY;
  event.verdict = 2;
  EXPECT_EQ(resolver.resolve(event).function, "my_prog(tc)");
  EXPECT_FALSE(resolver.resolve(event).verdict);
  event.type = PWRU_EVENT_TC_EXIT;
  const Record& record = resolver.resolve(event);
  ASSERT_TRUE(record.verdict);
  EXPECT_EQ(record.verdict->number, 2);
  EXPECT_EQ(record.verdict->name, "TC_ACT_SHOT");
  EXPECT_TRUE(record.verdict->is_drop);
  event.verdict = -1234;
  EXPECT_EQ(resolver.resolve(event).verdict->name, "");
  EXPECT_FALSE(record.verdict->is_drop);
}

// Nothing costs that nobody has asked for.
TEST(Resolver, WhatIsNotWantedIsEmpty) {
  const FakeKernel kernel;
  Resolver resolver = kernel.resolver();
  const std::array<uint32_t, 2> bytes = {60, 0};
  event::Event event = in_ip_rcv();
  event.has_meta = true;
  event.skb_bytes = event.shinfo_bytes = event.expr_bytes = std::as_bytes(std::span(bytes));
  (void)resolver.resolve(event);
  event.ts_ns += 100;
  const Record& record = resolver.resolve(event);
  EXPECT_EQ(record.caller, "");
  EXPECT_EQ(record.since_last_ns, 0u);
  EXPECT_EQ(record.wall_time, "");
  EXPECT_EQ(record.netns_name, "");
  EXPECT_EQ(record.skb_dump, "");
  EXPECT_EQ(record.shared_info_dump, "");
  EXPECT_TRUE(record.values.empty());
}

TEST(Resolver, CallerAndStack) {
  const FakeKernel kernel;
  Wanted wanted;
  wanted.caller = true;
  Resolver resolver = kernel.resolver(std::move(wanted));
  const std::array<uint64_t, 3> stack = {kIpRcv + 1, kNftDoChain + 0x20, 0x10};
  event::Event event = in_ip_rcv();
  event.stack = stack;
  const Record& record = resolver.resolve(event);
  EXPECT_EQ(record.caller, "ip_rcv+0x15");
  EXPECT_EQ(record.caller_addr, kIpRcv + 0x15);
  ASSERT_EQ(record.stack.size(), 3u);
  EXPECT_EQ(record.stack[0], "ip_rcv+0x1");
  EXPECT_EQ(record.stack[1], "nft_do_chain[nf_tables]+0x20");
  EXPECT_EQ(record.stack[2], "0x10");
  EXPECT_TRUE(resolver.resolve(in_ip_rcv()).stack.empty());
}

TEST(Resolver, TheSourceLineOfAnEnd) {
  const FakeKernel kernel;
  Resolver resolver = kernel.resolver();
  resolver.ask_for_sources([](const Record& record) -> std::string_view {
    return record.stack_addrs.back() == kNftDoChain + 0x20 ? "nf_tables_core.c:9" : "";
  });
  const std::array<uint64_t, 2> stack = {kKfreeSkbReason, kNftDoChain + 0x20};
  event::Event event = in_ip_rcv();
  event.stack = stack;
  EXPECT_EQ(resolver.resolve(event).source, "");  // not an end
  event.func_ip = kKfreeSkbReason;
  event.arg2 = 3;
  EXPECT_EQ(resolver.resolve(event).source, "nf_tables_core.c:9");
  event.arg2 = 1;  // consumed
  EXPECT_EQ(resolver.resolve(event).source, "");
}

TEST(Resolver, TheTextOfARuleIsOfItsNamespace) {
  const FakeKernel kernel;
  Wanted wanted;
  kernel::NftRuleName asked;
  wanted.rule_text = [&](const kernel::NftRuleName& rule, uint64_t) {
    asked = rule;
    return "drop";
  };
  Resolver resolver = kernel.resolver(std::move(wanted));
  pwru_nft nft = {};
  nft.kind = PWRU_NFT_RULE;
  nft.family = 1;
  nft.handle = 4;
  nft.table_handle = 9;
  event::Event event = in_ip_rcv();
  event.nft = &nft;
  event.netns = 7;
  EXPECT_EQ(resolver.resolve(event).nft->text, "drop");
  EXPECT_EQ(asked.netns, 7u);
  EXPECT_EQ(asked.family, 1);
  EXPECT_EQ(asked.handle, 4u);
  EXPECT_EQ(asked.table_handle, 9u);
  nft.kind = PWRU_NFT_POLICY;
  EXPECT_EQ(resolver.resolve(event).nft->text, "");
}

TEST(Resolver, TheTextOfALegacyRule) {
  const FakeKernel kernel;
  Wanted wanted;
  kernel::XtRuleName asked;
  wanted.xt_rule_text = [&](const kernel::XtRuleName& rule, uint64_t) {
    asked = rule;
    return "-j DROP";
  };
  Resolver resolver = kernel.resolver(std::move(wanted));
  pwru_xt xt = {};
  xt.kind = PWRU_XT_REJECT;
  xt.family = PWRU_XT_IP6;
  xt.entry = 152;
  xt.rule_sum = 9;
  event::Event event = in_ip_rcv();
  event.xt = &xt;
  event.netns = 7;
  EXPECT_EQ(resolver.resolve(event).xt->text, "-j DROP");
  EXPECT_EQ(asked.netns, 7u);
  EXPECT_EQ(asked.family, PWRU_XT_IP6);
  EXPECT_TRUE(asked.rejects);
  EXPECT_EQ(asked.entry, 152u);
  EXPECT_EQ(asked.rule_sum, 9u);
  xt.kind = PWRU_XT_POLICY;
  EXPECT_EQ(resolver.resolve(event).xt->text, "");
}

TEST(Resolver, ABuiltInChainHasTheNameOfItsHook) {
  const FakeKernel kernel;
  Resolver resolver = kernel.resolver();
  pwru_xt xt = {};
  xt.kind = PWRU_XT_REJECT;
  xt.hook = 2;
  xt.number = 5;
  std::strcpy(xt.table, "filter");
  event::Event event = in_ip_rcv();
  event.xt = &xt;
  const Xt found = *resolver.resolve(event).xt;
  EXPECT_EQ(found.kind, Xt::Kind::Reject);
  EXPECT_EQ(found.hook, "FORWARD");
  EXPECT_EQ(found.table, "filter");
  EXPECT_EQ(found.chain, "FORWARD");
  EXPECT_EQ(found.position, 5u);
  std::strcpy(xt.chain, "near");
  EXPECT_EQ(resolver.resolve(event).xt->chain, "near");
  xt.family = PWRU_XT_ARP;
  EXPECT_EQ(resolver.resolve(event).xt->hook, "FORWARD");
  xt.hook = 1;
  EXPECT_EQ(resolver.resolve(event).xt->hook, "OUTPUT");
  xt.family = PWRU_XT_BRIDGE;
  xt.hook = 5;
  EXPECT_EQ(resolver.resolve(event).xt->hook, "BROUTING");
  // What the kernel does not have.
  xt.kind = xt.refusal = xt.hook = xt.family = 9;
  EXPECT_EQ(resolver.resolve(event).xt->kind, Xt::Kind::None);
  EXPECT_EQ(resolver.resolve(event).xt->refusal, Xt::Refusal::None);
  EXPECT_EQ(resolver.resolve(event).xt->hook, "");
}

TEST(Resolver, TheStackOfATracepointBeginsAtTheFunctionThatHasIt) {
  const FakeKernel kernel;
  Resolver resolver = kernel.resolver();
  const std::array<uint64_t, 5> stack = {kBpfProgram + 8, kBpfProgram + 4, kBpfTraceRun2 + 1,
                                         kTraceiter + 1, kIpRcv + 1};
  event::Event event = in_ip_rcv();
  event.stack = stack;
  EXPECT_EQ(resolver.resolve(event).stack.size(), 5u);
  event.type = PWRU_EVENT_TRACEPOINT;
  ASSERT_EQ(resolver.resolve(event).stack.size(), 1u);
  EXPECT_EQ(resolver.resolve(event).stack[0], "ip_rcv+0x1");
  ASSERT_EQ(resolver.resolve(event).stack_addrs.size(), 1u);
  EXPECT_EQ(resolver.resolve(event).stack_addrs[0], kIpRcv + 1);
  event.stack = std::span(stack).first(2);
  EXPECT_EQ(resolver.resolve(event).stack.size(), 2u);
}

// A packet is the same by its id when it is followed, else by the address of its skb.
TEST(Resolver, TimeSinceTheLastEventOfThePacket) {
  const FakeKernel kernel;
  Wanted wanted;
  wanted.since_last = true;
  Resolver resolver = kernel.resolver(std::move(wanted));
  const auto since_last = [&](uint64_t skb, uint64_t packet_id, uint64_t ts_ns) {
    event::Event event = in_ip_rcv();
    event.skb = skb;
    event.packet_id = packet_id;
    event.ts_ns = ts_ns;
    return resolver.resolve(event).since_last_ns;
  };
  EXPECT_EQ(since_last(0xffff888000000001, 0, 1000), 0u);
  EXPECT_EQ(since_last(0xffff888000000002, 0, 1200), 0u);
  EXPECT_EQ(since_last(0xffff888000000001, 0, 1300), 300u);
  EXPECT_EQ(since_last(0xffff888000000001, 7, 1400), 0u);
  EXPECT_EQ(since_last(0xffff888000000009, 7, 1450), 50u);  // a clone
}

TEST(Resolver, TimeOnTheWall) {
  const FakeKernel kernel;
  Wanted wanted;
  wanted.wall_time = true;
  Resolver resolver = kernel.resolver(std::move(wanted));
  const std::string_view text = resolver.resolve(in_ip_rcv()).wall_time;
  ASSERT_EQ(text.size(), WallClock::kWidth);
  EXPECT_EQ(text[10], 'T');
}

TEST(Resolver, NamesOfNamespaces) {
  const FakeKernel kernel;
  Wanted wanted;
  wanted.netns_names.emplace(
      [] {
        return kernel::NetnsNameTable{{4026531840, "blue"}};
      },
      [] { return uint64_t{1}; });
  Resolver resolver = kernel.resolver(std::move(wanted));
  event::Event event = in_ip_rcv();
  event.netns = 4026531840;
  EXPECT_EQ(resolver.resolve(event).netns_name, "");
  event.has_meta = true;
  EXPECT_EQ(resolver.resolve(event).netns_name, "blue");
  event.netns++;
  EXPECT_EQ(resolver.resolve(event).netns_name, "");
}

TEST(Resolver, Dumps) {
  const FakeKernel kernel;
  Wanted wanted;
  wanted.skb_dump = wanted.shared_info_dump = true;
  Resolver resolver = kernel.resolver(std::move(wanted));
  const std::array<uint32_t, 2> bytes = {60, 0};
  event::Event event = in_ip_rcv();
  EXPECT_EQ(resolver.resolve(event).skb_dump, "");
  event.skb_bytes = event.shinfo_bytes = std::as_bytes(std::span(bytes));
  const Record& record = resolver.resolve(event);
  EXPECT_EQ(record.skb_dump, "(struct sk_buff){\n\t.len = (u32)60,\n\t.mark = (u32)0,\n}");
  EXPECT_EQ(record.shared_info_dump,
            "(struct skb_shared_info){\n\t.nr_frags = (u32)60,\n\t.gso_type = (u32)0,\n}");
}

TEST(Resolver, ADumpThatTheKernelCannotDescribe) {
  const FakeKernel kernel;
  kernel::BtfBuilder none;
  none.integer("int", 4);
  const auto btf = kernel::Btf::parse(none.bytes(), nullptr).value();
  const Facts known = kernel.facts();
  const Facts facts = {known.functions, known.symbols, known.reasons, *btf, *btf};
  for (bool Wanted::*const dump : {&Wanted::skb_dump, &Wanted::shared_info_dump}) {
    Wanted wanted;
    wanted.*dump = true;
    const auto resolver = Resolver::create(std::move(wanted), facts);
    ASSERT_FALSE(resolver);
    EXPECT_EQ(resolver.error().exit, ExitCode::NotSupported);
  }
}

TEST(Resolver, ValuesOfExpressions) {
  const FakeKernel kernel;
  const auto skb = expr::compile_skb(kernel.facts().btf, {"", {"skb->len,skb->mark"}});
  ASSERT_TRUE(skb) << skb.error().what;
  Wanted wanted;
  wanted.skb_values = skb->values;
  Resolver resolver = kernel.resolver(std::move(wanted));
  std::string bytes(skb->value_bytes, '\0');
  bytes[0] = 3;  // both could be read
  bytes[skb->values[0].offset] = 60;
  bytes[skb->values[1].offset] = 9;
  event::Event event = in_ip_rcv();
  event.expr_bytes = std::as_bytes(std::span(bytes));
  const Record& record = resolver.resolve(event);
  ASSERT_EQ(record.values.size(), 2u);
  EXPECT_EQ(record.values[0].label, "len");
  EXPECT_EQ(record.values[0].text, "60");
  EXPECT_EQ(record.values[1].label, "mark");
  EXPECT_EQ(record.values[1].text, "9");
  event.type = PWRU_EVENT_XDP_ENTRY;  // has values of other expressions
  EXPECT_TRUE(resolver.resolve(event).values.empty());
}

// What is read for the diagnosis has its own place, also when the user asks for the same.
TEST(Resolver, ReadingsAreNotSharedWithValues) {
  const FakeKernel kernel;
  const auto skb =
      expr::compile_skb(kernel.facts().btf, {"", {"skb->mark"}, {"skb->len", "skb->mark"}});
  ASSERT_TRUE(skb) << skb.error().what;
  ASSERT_EQ(skb->values.size(), 3u);
  Wanted wanted;
  wanted.skb_values = skb->values;
  wanted.readings = 2;
  Resolver resolver = kernel.resolver(std::move(wanted));
  std::string bytes(skb->value_bytes, '\0');
  bytes[0] = 7;
  bytes[skb->values[0].offset] = bytes[skb->values[2].offset] = 9;
  bytes[skb->values[1].offset] = 60;
  event::Event event = in_ip_rcv();
  event.expr_bytes = std::as_bytes(std::span(bytes));
  const Record& record = resolver.resolve(event);
  ASSERT_EQ(record.values.size(), 1u);
  EXPECT_EQ(record.values[0].text, "9");
  ASSERT_EQ(record.readings.size(), 2u);
  EXPECT_EQ(record.readings[0].text, "60");
  EXPECT_EQ(record.readings[1].text, "9");
}

// Key and value are one unsigned int each.
MapTypes::OfMap number_types(uint32_t) {
  kernel::BtfBuilder types;
  const uint32_t id = types.integer("u32", 4);
  const auto btf = kernel::Btf::parse(types.bytes(), nullptr).value();
  return {StructText::create(*btf, id).value(), StructText::create(*btf, id).value()};
}

TEST(Resolver, CallsOfBpfMaps) {
  const FakeKernel kernel;
  const std::array<std::byte, 4> key = {std::byte{9}};
  const std::array<std::byte, 6> value = {std::byte{8}};
  event::Event event = in_ip_rcv();
  event.has_map_call = true;
  event.map_call = {PWRU_MAP_UPDATE, 7, "flows", 4, 4, key, std::span(value).first(4)};
  Resolver without_types = kernel.resolver();
  const Record& plain = without_types.resolve(event);
  ASSERT_TRUE(plain.map_call);
  EXPECT_EQ(plain.map_call->op, PWRU_MAP_UPDATE);
  EXPECT_EQ(plain.map_call->id, 7u);
  EXPECT_EQ(plain.map_call->name, "flows");
  EXPECT_EQ(plain.map_call->key.size(), 4u);
  EXPECT_EQ(plain.map_call->key_text, "");

  Wanted wanted;
  wanted.load_map_types = number_types;
  Resolver resolver = kernel.resolver(std::move(wanted));
  const Record& record = resolver.resolve(event);
  EXPECT_EQ(record.map_call->key_text, "(u32)9");
  EXPECT_EQ(record.map_call->value_text, "(u32)8");
  event.map_call.value_size = 6;  // some were cut off
  EXPECT_EQ(resolver.resolve(event).map_call->value_text, "");
  event.has_map_call = false;
  EXPECT_FALSE(resolver.resolve(event).map_call);
}

TEST(ShortName, KeepsUpToItsSize) {
  const std::string letters = "abcdefghijklmnopqrst";
  for (size_t size = 0; size <= letters.size(); size++) {
    const std::string name = letters.substr(0, size);
    EXPECT_EQ(ShortName(name).text(), name.substr(0, ShortName::kBytes));
    EXPECT_EQ(ShortName(name) == ShortName("abcdefgh"), size == 8);
  }
  EXPECT_EQ(ShortName("\xff\x80").text(), "\xff\x80");
}

// What a record points to is the resolver's own: the ring may be written over.
TEST(Resolver, TheRecordDoesNotNeedTheEvent) {
  const FakeKernel kernel;
  Resolver resolver = kernel.resolver();
  std::string comm = "curl", name = "flows";
  std::array<uint32_t, 2> cb = {1, 2};
  std::array<std::byte, 1> key = {std::byte{9}};
  event::Event event = in_ip_rcv();
  event.comm = comm;
  event.cb = cb;
  event.has_map_call = true;
  event.map_call = {PWRU_MAP_UPDATE, 7, name, 1, 0, key, {}};
  const Record& record = resolver.resolve(event);
  comm = name = "other";
  cb = {};
  key = {};
  EXPECT_EQ(record.packet.comm.text(), "curl");
  EXPECT_EQ(record.cb[1], 2u);
  EXPECT_EQ(record.map_call->name, "flows");
  EXPECT_EQ(record.map_call->key[0], std::byte{9});
}

}  // namespace
}  // namespace pwru::resolve
