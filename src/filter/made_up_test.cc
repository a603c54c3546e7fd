// SPDX-License-Identifier: Apache-2.0
#include "filter/made_up.h"

#include <gtest/gtest.h>

#include <string>

#include "filter/filter.h"

namespace pwru::filter {
namespace {

std::string host_text(const MadeUpAddresses& addresses, size_t first) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (size_t i = first; i < first + 6; i++) {
    if (!text.empty()) text += ':';
    text += kDigits[addresses[i] >> 4];
    text += kDigits[addresses[i] & 0xf];
  }
  return text;
}

MadeUpAddresses made_up_for(const std::string& expression) {
  const auto parsed = parse_pcap(expression);
  EXPECT_TRUE(parsed) << expression;
  return make_up_addresses(parsed->program);
}

TEST(MadeUpAddresses, AreNoMulticastAndNotEqual) {
  for (const char* const text : {"icmp", "ether multicast", "ether[0] & 1 = 0", "ether[0] = 2"}) {
    const MadeUpAddresses made_up = made_up_for(text);
    EXPECT_EQ(made_up[0] & 1, 0) << text;
    EXPECT_EQ(made_up[6] & 1, 0) << text;
    EXPECT_NE(host_text(made_up, 0), host_text(made_up, 6)) << text;
  }
}

// A program that asks for the very addresses that would be made up gets other ones.
TEST(MadeUpAddresses, AreNoneThatTheProgramAsksFor) {
  const MadeUpAddresses usual = made_up_for("icmp");
  std::string text = "ether host " + host_text(usual, 0) + " or ether host " + host_text(usual, 6);
  const MadeUpAddresses next = made_up_for(text);
  EXPECT_NE(host_text(next, 0), host_text(usual, 0));
  EXPECT_NE(host_text(next, 6), host_text(usual, 6));
  text += " or ether src " + host_text(next, 6);
  EXPECT_NE(host_text(made_up_for(text), 6), host_text(next, 6));
}

TEST(AncillaryLoads, AreRefusedWithTheirOffset) {
  const auto random = parse_pcap("ether[0xfffff038:4] = 7");
  ASSERT_FALSE(random);
  EXPECT_EQ(random.error().exit, ExitCode::BadUsage);
  EXPECT_NE(random.error().what.find("offset 0xfffff038 is no byte"), std::string::npos);
  const auto inside = parse_tunnel("ip and inbound", "");
  ASSERT_FALSE(inside);
  EXPECT_NE(inside.error().what.find("'inbound' or 'outbound' is known only of the outer packet"),
            std::string::npos);
  EXPECT_TRUE(parse_pcap("inbound or ifindex 3"));
}

}  // namespace
}  // namespace pwru::filter
