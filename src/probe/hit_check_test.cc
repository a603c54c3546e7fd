// SPDX-License-Identifier: Apache-2.0
#include "probe/hit_check.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pwru::probe {
namespace {

Group group_of(const std::vector<std::string>& functions) {
  Group group;
  for (const std::string& function : functions)
    group.sites.push_back({.name = function, .module = ""});
  return group;
}

TEST(HitCheck, AsksForGroupsThatTheDatagramPasses) {
  Plan plan;
  plan.groups = {group_of({"consume_skb", "ip_rcv"}), group_of({"ip_rcv"}),
                 group_of({"skb_queue_tail"})};
  const auto expected = must_be_hit(plan);
  ASSERT_EQ(expected.size(), 2U);
  EXPECT_EQ(expected[0].group, &plan.groups[0]);
  EXPECT_EQ(expected[0].function, "consume_skb");
  EXPECT_EQ(expected[1].group, &plan.groups[2]);
}

TEST(HitCheck, AsksForNoReturns) {
  Plan plan;
  plan.groups = {group_of({"consume_skb"})};
  plan.groups[0].is_return = true;
  EXPECT_TRUE(must_be_hit(plan).empty());
}

TEST(HitCheck, AsksForNoFunctionThatIsThereTwice) {
  Plan plan;
  plan.groups = {group_of({"consume_skb", "consume_skb"})};
  EXPECT_TRUE(must_be_hit(plan).empty());
}

TEST(HitCheck, KnowsItsOwnEvents) {
  const TrialEvents trial = {100, 200};
  event::Event event;
  event.ts_ns = 150;
  event.comm = "pwru-trial";
  EXPECT_TRUE(trial.has(event));
  event.comm = "curl";
  EXPECT_FALSE(trial.has(event));
  event.comm = "pwru-trial";
  event.proto = 0x0800;
  EXPECT_FALSE(trial.has(event));
  event.proto = 0;
  event.ifindex = 2;
  EXPECT_FALSE(trial.has(event));
  event.ifindex = 0;
  EXPECT_TRUE(trial.has(event));
  event.ts_ns = 201;
  EXPECT_FALSE(trial.has(event));
}

}  // namespace
}  // namespace pwru::probe
