// SPDX-License-Identifier: Apache-2.0
#include "filter/expression.h"

#include <gtest/gtest.h>

#include "filter/classic.h"
#include "filter/filter.h"

namespace pwru::filter {
namespace {

std::vector<std::string> texts(std::string_view expression) {
  std::vector<std::string> all;
  for (const Token& token : split_tokens(expression)) all.emplace_back(token.text);
  return all;
}

TEST(SplitTokens, AtBlanksAndOperators) {
  EXPECT_EQ(texts("tcp[0:2]!=80&&( host ::1 )"),
            (std::vector<std::string>{"tcp", "[", "0:2", "]", "!=", "80", "&&", "(", "host", "::1",
                                      ")"}));
  EXPECT_TRUE(texts(" \t\n").empty());
  EXPECT_EQ(split_tokens("  tcp  port")[1].column, 8u);
}

TEST(HasKeyword, OnlyAsAWordOfItsOwn) {
  for (const char* const text : {"vlan", "tcp and vlan 5", "not(vlan)", "ip||vlan"})
    EXPECT_TRUE(has_keyword(text, "vlan")) << text;
  for (const char* const text :
       {"ether proto \\vlan", "host vlan-1.example", "host my.vlan", "vlans", "host vlan_5", ""})
    EXPECT_FALSE(has_keyword(text, "vlan")) << text;
}

struct BadExpression {
  const char* text;
  const char* place;
};

TEST(SyntaxErrors, AreFound) {
  for (const BadExpression& bad : {BadExpression{"tcp prot 80", "at \"prot\" (column 5)"},
                                   {"tcp and and udp", "at \"and\" (column 9)"},
                                   {"and tcp", "at \"and\" (column 1)"},
                                   {"tcp port 80 and (udp", "at its end"},
                                   {"tcp port", "at its end"},
                                   {"tcp)", "at \")\" (column 4)"},
                                   {"host 10.0.0.1 @ tcp", "at \"@\" (column 15)"},
                                   {"tcp[0:2 = 5", "at \"=\" (column 9)"},
                                   {"ip  or\tfoo bar", "at \"foo\" (column 8)"}}) {
    const auto filter = compile_pcap(bad.text, {});
    ASSERT_FALSE(filter) << bad.text;
    EXPECT_EQ(filter.error().exit, ExitCode::BadUsage);
    EXPECT_EQ(filter.error().what, std::string("the filter '") + bad.text +
                                       "' is not valid: syntax error " + bad.place +
                                       " (see pcap-filter(7))");
  }
}

TEST(SyntaxErrors, OfBlanksAlone) {
  const auto filter = compile_pcap("\v\f", {});
  ASSERT_FALSE(filter);
  EXPECT_NE(filter.error().what.find("syntax error at its end"), std::string::npos);
}

TEST(SyntaxErrors, OtherMistakesKeepLibpcapsWords) {
  const auto filter = compile_pcap("tcp port 99999", {});
  ASSERT_FALSE(filter);
  EXPECT_EQ(filter.error().what,
            "the filter 'tcp port 99999' is not valid: illegal port number 99999 > 65535 (see "
            "pcap-filter(7))");
}

TEST(TunnelFilter, EmptyIsNone) {
  const auto filter = compile_tunnel("", "", {});
  ASSERT_TRUE(filter);
  EXPECT_FALSE(filter->has_l2);
  EXPECT_FALSE(filter->has_l3);
  EXPECT_FALSE(filter->l2_object.empty());
  EXPECT_FALSE(filter->l3_object.empty());
}

TEST(TunnelFilter, MistakesNameTheOption) {
  const auto l2 = compile_tunnel("tcp port", "", {});
  ASSERT_FALSE(l2);
  EXPECT_EQ(l2.error().exit, ExitCode::BadUsage);
  EXPECT_EQ(l2.error().what,
            "--filter-tunnel-pcap-l2 'tcp port' is not valid: syntax error at its end (see "
            "pcap-filter(7))");
  // An expression that can match a frame, and never an IP packet.
  EXPECT_TRUE(compile_tunnel("arp", "", {}));
  const auto l3 = compile_tunnel("", "arp", {});
  ASSERT_FALSE(l3);
  EXPECT_EQ(l3.error().exit, ExitCode::BadUsage);
  EXPECT_EQ(l3.error().what.rfind("--filter-tunnel-pcap-l3 'arp' is not valid: ", 0), 0u);
}

}  // namespace
}  // namespace pwru::filter
