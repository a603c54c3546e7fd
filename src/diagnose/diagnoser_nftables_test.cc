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
