// SPDX-License-Identifier: Apache-2.0
// Rules and policies of nftables and iptables-nft, and the hooks where they are.
#include <gtest/gtest.h>

#include "diagnose/deaths.h"
#include "diagnose/ending_for_test.h"

namespace pwru::diagnose {
namespace {

using knowledge::Certainty;
using knowledge::Fact;

std::vector<std::string_view> in_nft() {
  return {"sk_skb_reason_drop+0x90", "nft_do_chain[nf_tables]+0x40f",
          "nft_do_chain_ipv4[nf_tables]+0x60", "nf_hook_slow+0x43", "ip_local_deliver+0xd3"};
}

resolve::Nft nft_rule(std::string_view family, std::string_view table, std::string_view chain) {
  return {false, true, family, table, chain, 4, 2, "immediate", "udp dport 5001 drop"};
}

TEST(Diagnoser, NamesTheRuleOfNftables) {
  Ending ending;
  ending.record.nft = nft_rule("inet", "fw", "in");
  const Diagnosis& found = ending.dies(in_nft(), "NETFILTER_DROP").diagnosed();
  EXPECT_EQ(found.cause, "nftables-rule");
  EXPECT_EQ(found.certainty, Certainty::Certain);
  EXPECT_EQ(found.what, "rule 2 of the nftables chain in (table inet fw, hook input) dropped it");
  EXPECT_EQ(found.rule, "udp dport 5001 drop");
  EXPECT_NE(found.advice.find("nft delete rule inet fw in handle 4 "), std::string_view::npos)
      << found.advice;
}

TEST(Diagnoser, NamesTheRuleOfIptables) {
  Ending ending;
  ending.record.nft = nft_rule("ip", "filter", "INPUT");
  const Diagnosis& found = ending.dies(in_nft(), "NETFILTER_DROP").diagnosed();
  EXPECT_EQ(found.what, "rule 2 of the chain INPUT (iptables table filter, hook input) dropped it");
  EXPECT_NE(found.advice.find("nft delete rule ip filter INPUT handle 4 "), std::string_view::npos)
      << found.advice;
}

// Whoever writes rules for nft may give a table the same name; iptables-nft refuses to show it.
TEST(DiagnoserNftables, ANameMakesNoTableOfIptables) {
  const auto what = [](std::string_view chain, std::string_view text) {
    Ending ending;
    ending.record.nft = nft_rule("ip6", "filter", chain);
    ending.record.nft->text = text;
    return std::string(ending.dies(in_nft(), "NETFILTER_DROP").diagnosed().what);
  };
  EXPECT_EQ(what("input", "icmpv6 type echo-request drop"),
            "rule 2 of the nftables chain input (table ip6 filter, hook input) dropped it");
  EXPECT_EQ(what("own", "[xt match owner] drop"),
            "rule 2 of the chain own (ip6tables table filter, hook input) dropped it");
  EXPECT_EQ(what("FORWARD", "drop"),
            "rule 2 of the chain FORWARD (ip6tables table filter, hook input) dropped it");
}

const Diagnosis& decided_by(Ending& ending, std::string_view expr, std::string_view text) {
  ending.record.nft = nft_rule("ip", "filter", "INPUT");
  ending.record.nft->expr = expr;
  ending.record.nft->text = text;
  return ending.dies(in_nft(), "NETFILTER_DROP").diagnosed();
}

TEST(DiagnoserNftables, ATargetOfIptablesThatRejects) {
  Ending ending;
  const Diagnosis& found = decided_by(ending, "target", "meta l4proto icmp [xt target REJECT]");
  EXPECT_EQ(found.cause, "nftables-reject");
  EXPECT_EQ(found.what,
            "rule 2 of the chain INPUT (iptables table filter, hook input) rejected it, with an "
            "answer to the sender");
  Ending other;
  EXPECT_EQ(decided_by(other, "target", "[xt target NFLOG]").cause, "nftables-rule");
}

TEST(DiagnoserNftables, NatNeedsAnAddressOfTheDevice) {
  Ending ending;
  const Diagnosis& found = decided_by(ending, "masq", "oifname \"eth0\" masquerade");
  EXPECT_EQ(found.cause, "nat-no-address");
  EXPECT_EQ(found.certainty, Certainty::Likely);
  EXPECT_NE(found.what.find("eth0 has none of that family"), std::string_view::npos) << found.what;
  EXPECT_NE(found.advice.find("ip -4 addr show dev eth0"), std::string_view::npos) << found.advice;
  Ending redirected;
  EXPECT_EQ(decided_by(redirected, "redir", "redirect to :8080").cause, "nat-no-address");
  Ending target;
  EXPECT_EQ(decided_by(target, "target", "[xt target MASQUERADE]").cause, "nat-no-address");
}

TEST(DiagnoserNftables, AMatchThatDropsIsNoVerdict) {
  Ending ending;
  const Diagnosis& found = decided_by(ending, "match", "[xt match multiport] counter accept");
  EXPECT_EQ(found.cause, "nftables-match");
  EXPECT_EQ(found.certainty, Certainty::Likely);
  EXPECT_EQ(found.advice.find("delete"), std::string_view::npos) << found.advice;
}

TEST(DiagnoserNftables, TheStateInvalidHasACauseWhenThatWasRead) {
  const auto what = [](std::string_view text, std::string_view failed, std::string_view entry) {
    Ending ending;
    ending.is_tcp(3).with(Fact::ChecksumFailed, failed).with(Fact::Conntrack, entry);
    return std::string(decided_by(ending, "immediate", text).what);
  };
  const auto says = [](const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_TRUE(says(what("ct state invalid drop", "1", "0"), "INVALID: its checksum is wrong"));
  EXPECT_TRUE(says(what("ct state invalid,untracked drop", "0", "0"),
                   "INVALID: no segment of TCP has its flags (FIN|SYN)"));
  EXPECT_TRUE(says(what("[xt match conntrack] drop", "1", "0"), "checksum is wrong"));
  EXPECT_FALSE(says(what("ct state invalid drop", "1", "18446744071562067970"), "INVALID"));
  EXPECT_FALSE(says(what("ct state ! new,established drop", "1", "0"), "INVALID"));
  EXPECT_FALSE(says(what("tcp dport 80 drop", "1", "0"), "INVALID"));
}

TEST(Diagnoser, NamesThePolicyOfNftables) {
  Ending ending;
  ending.record.nft = resolve::Nft{true, true, "inet", "fw", "in", 0, 0, ""};
  const Diagnosis& found = ending.dies(in_nft(), "NETFILTER_DROP").diagnosed();
  EXPECT_EQ(found.cause, "nftables-policy");
  EXPECT_EQ(found.certainty, Certainty::Certain);
  EXPECT_NE(found.what.find("the policy of that chain is drop"), std::string_view::npos);
}

TEST(Diagnoser, APolicyIsLikelyWhereARuleMayHaveGoneUnseen) {
  Ending ending;
  ending.record.nft = resolve::Nft{true, false, "inet", "fw", "in", 0, 0, ""};
  const Diagnosis& found = ending.dies(in_nft(), "NETFILTER_DROP").diagnosed();
  EXPECT_EQ(found.cause, "nftables-policy");
  EXPECT_EQ(found.certainty, Certainty::Likely);
}

// Root may paste the command, and whoever owns a container names its tables.
TEST(Diagnoser, NoCommandHasANameThatNftWouldReadOtherwise) {
  for (const std::string_view name : {"filter INPUT; flush ruleset #", "-f", "a b", "", "1a"}) {
    Ending ending;
    ending.record.nft = nft_rule("ip", name, "in");
    const Diagnosis& found = ending.dies(in_nft(), "NETFILTER_DROP").diagnosed();
    EXPECT_EQ(found.cause, "nftables") << name;
    EXPECT_EQ(found.rule, "") << name;
    ending.record.nft = nft_rule("ip", "filter", name);
    EXPECT_EQ(ending.diagnosed().cause, "nftables") << name;
  }
}

TEST(Diagnoser, ABlockHasNoNameToDeleteBy) {
  Ending ending;
  ending.record.nft = nft_rule("inet", "fw", "__chain7");
  const Diagnosis& found = ending.dies(in_nft(), "NETFILTER_DROP").diagnosed();
  EXPECT_EQ(found.cause, "nftables-rule");
  EXPECT_EQ(found.what.find("__chain7"), std::string_view::npos) << found.what;
  EXPECT_NE(found.advice.find("nft -a list table inet fw shows it as handle 4"),
            std::string_view::npos)
      << found.advice;
}

TEST(Deaths, AreCountedByRule) {
  Deaths deaths{std::vector<Fact>{}};
  Ending ending;
  ending.dies(in_nft(), "NETFILTER_DROP");
  for (const uint64_t handle : {4, 5, 4}) {
    ending.record.nft = nft_rule("inet", "fw", "in");
    ending.record.nft->handle = handle;
    (void)deaths.take(ending.record);
  }
  EXPECT_EQ(deaths.groups().size(), 2u);
}

// It passed nf_tables before, and died elsewhere.
TEST(Diagnoser, ARuleIsNamedOnlyWhereNftablesFrees) {
  Ending ending;
  ending.record.nft = nft_rule("inet", "fw", "in");
  EXPECT_EQ(
      ending.dies({"kfree_skb_reason+0x1", "__udp4_lib_rcv+0x4bc"}, "NO_SOCKET").diagnosed().cause,
      "udp-closed-port");
  EXPECT_EQ(ending.diagnoser->fact(Fact::NftHandle), "");
}

TEST(Diagnoser, WithoutTheRuleItNamesTheHook) {
  Ending ending;
  EXPECT_EQ(ending.dies(in_nft(), "NETFILTER_DROP").diagnosed().cause, "nftables");
}

TEST(Diagnoser, TheHookOfNetfilterIsOnTheStack) {
  const auto what = [](std::string_view caller) {
    Ending ending;
    ending.dies({"sk_skb_reason_drop", "nft_do_chain[nf_tables]+0x40f", "nft_do_chain_ipv4+0x1",
                 "nf_hook_slow+0x42", caller},
                "NETFILTER_DROP");
    return std::string(ending.diagnosed().what);
  };
  EXPECT_NE(what("ip_local_deliver+0xd9").find("hook input"), std::string::npos);
  EXPECT_NE(what("ip_forward+0x2f").find("hook forward"), std::string::npos);
  EXPECT_NE(what("__ip_local_out+0x11").find("hook output"), std::string::npos);
  EXPECT_NE(what("some_new_function+0x1").find("hook ?"), std::string::npos);
}

}  // namespace
}  // namespace pwru::diagnose
