// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/xt_rules.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nfnetlink.h>

#include "kernel/lookups/netlink_for_test.h"
#include "kernel/netfilter/xt_blob_for_test.h"

namespace pwru::kernel {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

uint32_t sum_of(const XtBlob& rule) { return xt_entry_sum(*xt_entry(PWRU_XT_IP4, rule)); }

// One table, of which the rule at 152 is known.
class FakeTable {
 public:
  std::string text(uint32_t sum, bool rejects = false) {
    return std::string(rules.text({7, PWRU_XT_IP4, rejects, 152, sum, "filter"}, 0));
  }

  XtBlob rule = udp_rule(53);
  int asked = 0;
  uint64_t now_ns = 0;
  XtRules rules{{[this](uint32_t netns, Bytes request) { return part(netns, request); },
                 [](uint32_t, Bytes request) { return set_name(request); }},
                [this] { return now_ns; }};

 private:
  XtBlob part(uint32_t netns, Bytes request) {
    asked++;
    XtTablePart part;
    if (netns != 7 || !take(request, part) || part.at != 152 || part.table != std::string("filter"))
      return {};
    XtBlob bytes = rule;
    bytes.resize(bytes.size() + 40);  // the rule behind it
    return bytes;
  }
  // As ip_set_byindex() answers.
  static XtBlob set_name(Bytes request) {
    const Bytes attributes = after(request, NLMSG_HDRLEN + sizeof(nfgenmsg));
    if (big_endian(attribute(attributes, IPSET_ATTR_INDEX)) != 3) return {};
    Message message(NFNL_SUBSYS_IPSET << 8 | IPSET_CMD_GET_BYINDEX, 0);
    message.append_value(nfgenmsg{0, NFNETLINK_V0, 0});
    message.add_value(IPSET_ATTR_PROTOCOL, uint8_t{IPSET_PROTOCOL});
    message.add(IPSET_ATTR_SETNAME, std::string_view("bad"));
    XtBlob answer;
    append_message(answer, std::move(message));
    return answer;
  }
};

TEST(XtRules, TheTextOfARule) {
  FakeTable table;
  EXPECT_EQ(table.text(sum_of(table.rule)), "-p udp -m udp --dport 53 -j DROP");
  EXPECT_EQ(table.text(0), "");
}

TEST(XtRules, TheNameOfASet) {
  FakeTable table;
  const uint8_t set[4] = {3, 0, 1, 2};
  table.rule = ip_rule({xt_extension("set", 1, set)});
  EXPECT_EQ(table.text(sum_of(table.rule)), "-m set --match-set bad src -j DROP");
}

// The table was replaced after the packet died.
TEST(XtRules, AnotherRuleAtThatPlaceIsNotShown) {
  FakeTable table;
  const uint32_t sum = sum_of(table.rule);
  table.rule = udp_rule(54);
  EXPECT_EQ(table.text(sum), "");
  table.now_ns = kSecond;
  table.rule = udp_rule(53);
  EXPECT_NE(table.text(sum), "");
  // It was read when it was there.
  table.now_ns = 2 * kSecond;
  table.rule = udp_rule(54);
  EXPECT_NE(table.text(sum), "");
}

TEST(XtRules, ARuleThatDoesNotDropIsNotShown) {
  FakeTable table;
  table.rule = ip_rule({}, xt_extension("", 0, int32_t{-2}));
  EXPECT_EQ(table.text(sum_of(table.rule)), "");
  table.rule = ip_rule({}, reject_target(0));
  EXPECT_EQ(table.text(sum_of(table.rule)), "");
  EXPECT_EQ(table.text(sum_of(table.rule), true), "");  // asked a moment ago
  table.now_ns = kSecond;
  EXPECT_EQ(table.text(sum_of(table.rule), true), "-j REJECT --reject-with icmp-net-unreachable");
}

TEST(XtRules, AreAskedOnceASecond) {
  FakeTable table;
  const uint32_t sum = sum_of(table.rule);
  (void)table.text(sum);
  (void)table.text(sum);
  EXPECT_EQ(table.asked, 1);
  table.now_ns = kSecond;
  (void)table.text(sum);
  EXPECT_EQ(table.asked, 2);
}

// Every part of the rule that is shown to a process, and none that changes while it is there.
TEST(XtRules, TheSumIsThatOfTheWholeRule) {
  const XtBlob rule = udp_rule(53);
  const size_t counters_at = pwru_xt_counters_at(PWRU_XT_IP4);
  const size_t matches_at = counters_at + PWRU_XT_COUNTER_BYTES;
  for (const size_t at :
       {size_t{0}, size_t{50}, matches_at + 33, matches_at + 36, rule.size() - 8}) {
    XtBlob other = rule;
    other[at] ^= std::byte{1};
    EXPECT_NE(sum_of(other), sum_of(rule)) << at;
  }
  XtBlob counted = rule;
  counted[counters_at] = std::byte{1};
  EXPECT_EQ(sum_of(counted), sum_of(rule));
}

// Without rights, or without such a table.
TEST(XtTablePart, ARequestThatIsNoneIsNotAnswered) {
  const auto answer_to = [](const XtTablePart& part) {
    XtBlob answer;
    read_xt_table_part(std::as_bytes(std::span(&part, 1)), answer);
    return answer.size();
  };
  XtTablePart part;
  EXPECT_EQ(answer_to(part), 0u);
  std::strcpy(part.table, "nothing");
  EXPECT_EQ(answer_to(part), 0u);
  std::strcpy(part.table, "filter\nraw");
  EXPECT_EQ(answer_to(part), 0u);
  part.family = PWRU_XT_BRIDGE;
  EXPECT_EQ(answer_to(part), 0u);
  std::memset(part.table, 'x', sizeof(part.table));
  part.family = PWRU_XT_IP4;
  EXPECT_EQ(answer_to(part), 0u);
  XtBlob answer;
  read_xt_table_part({}, answer);
  EXPECT_TRUE(answer.empty());
}

}  // namespace
}  // namespace pwru::kernel
