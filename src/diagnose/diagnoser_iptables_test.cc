// SPDX-License-Identifier: Apache-2.0
// What the diagnoser says of packets that iptables-legacy and conntrack dropped.
#include <gtest/gtest.h>

#include "diagnose/diagnoser.h"
#include "diagnose/ending_for_test.h"

namespace pwru::diagnose {
namespace {

using knowledge::Certainty;
using knowledge::Fact;
using resolve::Xt;

std::vector<std::string_view> in_hook(std::string_view caller) {
  return {"sk_skb_reason_drop+0x90", "nf_hook_slow+0xb3", caller};
}

Xt rule(Xt::Kind kind) {
  Xt xt;
  xt.kind = kind;
  xt.hook = "INPUT";
  xt.table = "filter";
  xt.chain = "INPUT";
  xt.position = 3;
  xt.text = "-j DROP";
  return xt;
}

std::string_view cause_of(Ending& ending, const Xt& xt, std::string_view caller) {
  ending.record.xt = xt;
  return ending.dies(in_hook(caller), "NETFILTER_DROP").diagnosed().cause;
}

TEST(DiagnoserIptables, NamesTheRule) {
  Ending ending;
  ending.record.xt = rule(Xt::Kind::Rule);
  const Diagnosis& found =
      ending.dies(in_hook("ip_local_deliver+0xd3"), "NETFILTER_DROP").diagnosed();
  EXPECT_EQ(found.cause, "iptables-rule");
  EXPECT_EQ(found.certainty, Certainty::Certain);
  EXPECT_EQ(found.what,
            "rule 3 of the chain INPUT (iptables-legacy, table filter, hook input) dropped it");
  EXPECT_NE(found.advice.find("iptables-legacy -t filter -D INPUT 3 removes it"),
            std::string_view::npos)
      << found.advice;
  EXPECT_EQ(found.rule, "-j DROP");
}

TEST(DiagnoserIptables, NamesTheChainWhosePolicyItIs) {
  Ending ending;
  EXPECT_EQ(cause_of(ending, rule(Xt::Kind::Policy), "ip_local_deliver+0xd3"), "iptables-policy");
  EXPECT_EQ(cause_of(ending, rule(Xt::Kind::Reject), "ip_local_deliver+0xd3"), "iptables-reject");
}

// Chains may have any names, and what the advice says is pasted into a shell as root.
TEST(DiagnoserIptables, AChainWithAHostileName) {
  Ending ending;
  ending.record.xt = rule(Xt::Kind::Rule);
  ending.record.xt->chain = "x;reboot";
  ending.record.xt->family = Xt::Family::Ip6;
  const Diagnosis& found =
      ending.dies(in_hook("ip6_input_finish+0xd3"), "NETFILTER_DROP").diagnosed();
  EXPECT_NE(found.advice.find("ip6tables-legacy -t filter -D 'x;reboot' 3 "),
            std::string_view::npos)
      << found.advice;
}

// It passed a table in one hook, and died in another one.
TEST(DiagnoserIptables, ARuleOfAnotherHookIsNotToBlame) {
  Ending ending;
  ending.record.xt = rule(Xt::Kind::Rule);
  EXPECT_EQ(ending.dies(in_hook("ip_forward+0xd3"), "NETFILTER_DROP").diagnosed().rule, "");
  EXPECT_EQ(cause_of(ending, rule(Xt::Kind::Rule), "ip_forward+0xd3"), "netfilter");
  Xt bridged = rule(Xt::Kind::Rule);
  bridged.hook = "FORWARD";
  EXPECT_EQ(cause_of(ending, bridged, "br_nf_forward_ip+0xd3"), "iptables-rule");
}

TEST(DiagnoserIptables, AConnectionThatIsInvalid) {
  Ending ending;
  ending.record.xt = rule(Xt::Kind::Rule);
  ending.record.xt->asks_conntrack = true;
  ending.with(Fact::Conntrack, "0");
  const Diagnosis& found =
      ending.dies(in_hook("ip_local_deliver+0xd3"), "NETFILTER_DROP").diagnosed();
  EXPECT_NE(found.what.find("which is INVALID"), std::string_view::npos) << found.what;
  // It has an entry.
  Ending known;
  known.record.xt = ending.record.xt;
  known.with(Fact::Conntrack, "18446744071562067970");
  EXPECT_EQ(known.dies(in_hook("ip_local_deliver+0xd3"), "NETFILTER_DROP")
                .diagnosed()
                .what.find("INVALID"),
            std::string_view::npos);
}

// tcp_error() looks at the checksum first, then at the flags.
TEST(DiagnoserIptables, WhatConntrackFoundWrong) {
  const auto what = [](uint8_t flags, std::string_view failed, uint32_t len_bytes = 40) {
    Ending ending;
    ending.record.packet.len_bytes = len_bytes;
    ending.record.xt = rule(Xt::Kind::Rule);
    ending.record.xt->asks_conntrack = true;
    ending.is_tcp(flags).with(Fact::Conntrack, "0").with(Fact::ChecksumFailed, failed);
    const Diagnosis& found =
        ending.dies(in_hook("ip_local_deliver+0xd3"), "NETFILTER_DROP").diagnosed();
    EXPECT_EQ(found.certainty, Certainty::Certain);
    return std::string(found.what.substr(found.what.find("INVALID: ")));
  };
  constexpr uint8_t kFin = 1, kSyn = 2, kAck = 16, kPsh = 8;
  EXPECT_EQ(what(kSyn | kFin, "1"), "INVALID: its checksum is wrong");
  EXPECT_EQ(what(kSyn | kFin, "0"), "INVALID: no segment of TCP has its flags (FIN|SYN)");
  EXPECT_EQ(what(0, "0"), "INVALID: no segment of TCP has its flags (none)");
  constexpr std::string_view kUnknown =
      "INVALID: conntrack knows no connection that it fits, or found a fault in its headers";
  EXPECT_EQ(what(kPsh | kAck, "0"), kUnknown);
  EXPECT_EQ(what(0, "0", 24), kUnknown) << "its header is cut off";
}

// nf_nat_icmp_reply_translation(): the host that gets it could not use it.
TEST(DiagnoserIptables, ARedirectOfAConnectionWithNatIsNoLoss) {
  const auto kind = [](uint8_t protocol, uint8_t type, std::optional<Xt> xt = {}) {
    Ending ending;
    ending.record.xt = xt;
    event::Tuple& tuple = ending.record.packet.tuple;
    tuple.has_ports = false;
    tuple.has_icmp = true;
    tuple.l4_proto = protocol;
    tuple.icmp_type = type;
    return ending.dies(in_hook("__ip_local_out+0xd3"), "NETFILTER_DROP").diagnosed().kind;
  };
  EXPECT_EQ(kind(IPPROTO_ICMP, 5), Kind::Harmless);
  EXPECT_EQ(kind(IPPROTO_ICMPV6, 137), Kind::Harmless);
  EXPECT_EQ(kind(IPPROTO_ICMP, 3), Kind::Died);
  Xt dropped = rule(Xt::Kind::Rule);
  dropped.hook = "OUTPUT";
  EXPECT_EQ(kind(IPPROTO_ICMP, 5, dropped), Kind::Died);
}

TEST(DiagnoserIptables, WithoutARuleTheHookSaysWhatElseDrops) {
  Ending sent;
  EXPECT_NE(sent.dies(in_hook("__ip_local_out+0xd3"), "NETFILTER_DROP")
                .diagnosed()
                .what.find("where no route leads"),
            std::string_view::npos);
  sent.record.lookups.emplace().has_route = true;
  EXPECT_EQ(sent.diagnosed().certainty, Certainty::Certain);
  sent.record.lookups->has_route = false;
  EXPECT_EQ(sent.diagnosed().what,
            "no route leads to 10.2.0.2, where netfilter sends it in the hook output, by NAT or a "
            "mark");
  EXPECT_EQ(sent.diagnosed().certainty, Certainty::Likely);
  Ending passed;
  EXPECT_NE(passed.dies(in_hook("ip_output+0xd3"), "NETFILTER_DROP")
                .diagnosed()
                .what.find("MASQUERADE on a device without an address (eth0)"),
            std::string_view::npos);
}

TEST(DiagnoserIptables, AFullTableOfConntrack) {
  Xt full;
  full.refusal = Xt::Refusal::Full;
  Ending ending;
  ending.with(Fact::Conntrack, "0");
  EXPECT_EQ(cause_of(ending, full, "ip_rcv+0xd3"), "conntrack-full");
  // Only packets that begin a connection are refused, and only where they come in.
  EXPECT_EQ(cause_of(ending, full, "ip_forward+0xd3"), "netfilter");
  Ending known;
  known.with(Fact::Conntrack, "18446744071562067970");
  EXPECT_EQ(cause_of(known, full, "ip_rcv+0xd3"), "netfilter");
}

TEST(DiagnoserIptables, TwoConnectionsThatClash) {
  Xt clash;
  clash.refusal = Xt::Refusal::Clash;
  Ending ending;
  EXPECT_EQ(cause_of(ending, clash, "ip_output+0xd3"), "conntrack-clash");
  EXPECT_EQ(cause_of(ending, clash, "ip_rcv+0xd3"), "netfilter");
}

TEST(DiagnoserIptables, NatHasNoPortLeft) {
  Xt clash;
  clash.refusal = Xt::Refusal::Clash;
  Ending ending;
  ending.with(Fact::Conntrack, "4096").with(Fact::NatStatus, "1");
  ending.with(Fact::NatSource4, "167837699").with(Fact::NatSourcePort, "4000");
  ending.with(Fact::NatDestination4, "167903234").with(Fact::NatDestinationPort, "9000");
  EXPECT_EQ(cause_of(ending, clash, "ip_output+0xd3"), "nat-no-port");
}

// What its program decided while the packet waited is no table's verdict.
TEST(DiagnoserIptables, APacketThatCameBackFromAQueue) {
  Ending ending;
  Xt clash = rule(Xt::Kind::Rule);
  clash.refusal = Xt::Refusal::Clash;
  ending.record.xt = clash;
  const std::vector<std::string_view> stack = {"kfree_skb_reason+0x9", "nf_reinject+0x90",
                                               "nfqnl_recv_verdict[nfnetlink_queue]+0x1"};
  EXPECT_EQ(ending.dies(stack, "NOT_SPECIFIED").diagnosed().cause, "conntrack-clash");
  ending.record.xt = rule(Xt::Kind::Rule);
  const Diagnosis& found = ending.dies(stack, "NOT_SPECIFIED").diagnosed();
  EXPECT_EQ(found.cause, "nfqueue-verdict");
  EXPECT_EQ(found.certainty, Certainty::Likely);
}

TEST(DiagnoserIptables, BeforeConntrackEveryPacketIsWithoutAnEntry) {
  Ending ending;
  ending.record.xt = rule(Xt::Kind::Rule);
  ending.record.xt->asks_conntrack = true;
  ending.record.xt->table = "raw";
  ending.record.xt->hook = "PREROUTING";
  ending.with(Fact::Conntrack, "0");
  const Diagnosis& found = ending.dies(in_hook("ip_rcv+0xd3"), "NETFILTER_DROP").diagnosed();
  EXPECT_EQ(found.cause, "iptables-rule");
  EXPECT_EQ(found.what.find("INVALID"), std::string_view::npos) << found.what;
}

TEST(DiagnoserIptables, ARuleForArp) {
  Xt arp = rule(Xt::Kind::Rule);
  arp.family = Xt::Family::Arp;
  Ending ending;
  ending.record.packet.proto = 0x0806;
  ending.record.xt = arp;
  const Diagnosis& found = ending.dies(in_hook("arp_rcv+0x1b2"), "NETFILTER_DROP").diagnosed();
  EXPECT_EQ(
      found.what,
      "rule 3 of the chain INPUT (arptables-legacy, table filter, hook arp input) dropped it");
  EXPECT_NE(found.advice.find("arptables-legacy -t filter -D INPUT 3 removes it"),
            std::string_view::npos)
      << found.advice;
  // That chain is not the one of IP, nor are its hooks.
  EXPECT_EQ(cause_of(ending, arp, "ip_local_deliver+0xd3"), "netfilter");
  EXPECT_EQ(cause_of(ending, rule(Xt::Kind::Rule), "arp_rcv+0x1b2"), "netfilter");
  EXPECT_NE(ending.diagnosed().advice.find("arptables-legacy -nvL"), std::string_view::npos);
  arp.kind = Xt::Kind::Policy;
  EXPECT_EQ(cause_of(ending, arp, "arp_rcv+0x1b2"), "arptables-policy");
  arp.chain = arp.hook = "FORWARD";
  EXPECT_EQ(cause_of(ending, arp, "br_nf_forward[br_netfilter]+0x1b2"), "arptables-policy");
  // The kernel answers a request in arp_process().
  arp.chain = arp.hook = "OUTPUT";
  EXPECT_EQ(cause_of(ending, arp, "arp_process+0x1b2"), "arptables-policy");
}

Xt bridge_rule(std::string_view hook) {
  Xt xt = rule(Xt::Kind::Rule);
  xt.family = Xt::Family::Bridge;
  xt.hook = hook;
  xt.chain = "near";
  return xt;
}

TEST(DiagnoserIptables, ARuleForBridges) {
  Ending ending;
  ending.record.xt = bridge_rule("FORWARD");
  const Diagnosis& found =
      ending
          .dies({"kfree_skb_reason+0x9", "nf_hook_slow+0xb3", "__br_forward[bridge]+0x1c2",
                 "br_handle_frame_finish[bridge]+0x94", "br_dev_xmit[bridge]+0x9"},
                "NETFILTER_DROP")
          .diagnosed();
  EXPECT_EQ(found.what,
            "rule 3 of the chain near (ebtables-legacy, table filter, hook bridge forward) dropped "
            "it");
  EXPECT_NE(found.advice.find("ebtables-legacy -t filter -D near 3 removes it"),
            std::string_view::npos)
      << found.advice;
  EXPECT_EQ(cause_of(ending, bridge_rule("OUTPUT"), "__br_forward+0x1c2"), "netfilter");
  EXPECT_EQ(cause_of(ending, bridge_rule("BROUTING"), "__br_forward+0x1c2"), "netfilter");
  Xt policy = bridge_rule("INPUT");
  policy.kind = Xt::Kind::Policy;
  EXPECT_EQ(cause_of(ending, policy, "br_pass_frame_up+0x1c2"), "ebtables-policy");
  EXPECT_NE(ending.diagnosed().advice.find("ebtables-legacy"), std::string_view::npos);
  // It is no table of IP.
  EXPECT_EQ(cause_of(ending, policy, "ip_local_deliver+0xd3"), "netfilter");
}

TEST(DiagnoserIptables, ABridgeSendsByTheFunctionThatForwards) {
  Ending ending;
  ending.record.xt = bridge_rule("OUTPUT");
  const std::vector<std::string_view> sent = {"kfree_skb_reason+0x9", "nf_hook_slow+0xb3",
                                              "__br_forward+0x1c2", "br_dev_xmit+0x9"};
  EXPECT_EQ(ending.dies(sent, "NETFILTER_DROP").diagnosed().cause, "ebtables-rule");
  ending.record.xt = bridge_rule("FORWARD");
  EXPECT_EQ(ending.dies(sent, "NETFILTER_DROP").diagnosed().cause, "netfilter");
}

// br_handle_frame() runs the hooks of prerouting itself. It frees other packets too.
TEST(DiagnoserIptables, ABridgesPrerouting) {
  const std::vector<std::string_view> freed = {"kfree_skb_reason+0x9", "br_handle_frame+0x1c2"};
  Ending ending;
  ending.with(Fact::BridgePortState, "3");
  ending.record.xt = bridge_rule("PREROUTING");
  const Diagnosis& found = ending.dies(freed, "NOT_SPECIFIED").diagnosed();
  EXPECT_EQ(found.cause, "ebtables-rule");
  EXPECT_NE(found.what.find("hook bridge prerouting"), std::string_view::npos) << found.what;
  ending.record.xt = bridge_rule("BROUTING");
  EXPECT_EQ(ending.is_freed(freed).diagnosed().cause, "bridge");
  EXPECT_EQ(ending.diagnosed().certainty, Certainty::Possible);
  EXPECT_NE(ending.diagnosed().what.find("in the hook bridge prerouting"), std::string_view::npos);
  EXPECT_EQ(cause_of(ending, bridge_rule("INPUT"), "br_handle_frame+0x1c2"), "ebtables-rule");
  EXPECT_EQ(cause_of(ending, bridge_rule("PREROUTING"), "br_handle_frame+0x1c2"), "netfilter");
}

TEST(DiagnoserIptables, OtherHooksAreNamedByTheirFunction) {
  Xt hook;
  hook.hook = "INPUT";
  hook.function = "ip_vs_in_hook[ip_vs]+0x4";
  Ending ending;
  EXPECT_EQ(cause_of(ending, hook, "ip_local_deliver+0xd3"), "ipvs");
  hook.function = "ipv4_synproxy_hook[nf_synproxy_core]";
  EXPECT_EQ(cause_of(ending, hook, "ip_local_deliver+0xd3"), "synproxy");
  EXPECT_EQ(cause_of(ending, hook, "ip_forward+0xd3"), "netfilter");
  hook.function = "nf_hook_run_bpf";
  EXPECT_EQ(cause_of(ending, hook, "ip_local_deliver+0xd3"), "netfilter");
  hook.bpf_id = 7;
  hook.bpf_name = "firewall";
  ending.record.xt = hook;
  const Diagnosis& found =
      ending.dies(in_hook("ip_local_deliver+0xd3"), "NETFILTER_DROP").diagnosed();
  EXPECT_EQ(found.what,
            "the BPF program firewall (id 7) dropped it in the hook input of netfilter");
}

}  // namespace
}  // namespace pwru::diagnose
