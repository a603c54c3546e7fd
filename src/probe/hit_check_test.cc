// SPDX-License-Identifier: Apache-2.0
#include "probe/hit_check.h"

#include <gtest/gtest.h>

namespace pwru::probe {
namespace {

constexpr uint64_t kConsume = 0x1000, kQueue = 0x2000, kOther = 0x3000;

kernel::Symbols symbols() {
  return *kernel::Symbols::parse(
      "0000000000001000 T consume_skb\n0000000000002000 T skb_queue_tail\n"
      "0000000000003000 T ip_rcv\n");
}

TEST(HitCheck, AsksForGroupsThatTheDatagramPasses) {
  Plan plan;
  plan.groups = {{nullptr, {kConsume, kOther}}, {nullptr, {kOther}}, {nullptr, {kQueue}}};
  const auto expected = must_be_hit(plan, symbols());
  ASSERT_EQ(expected.size(), 2U);
  EXPECT_EQ(expected[0].group, &plan.groups[0]);
  EXPECT_EQ(expected[0].function, "consume_skb");
  EXPECT_EQ(expected[1].group, &plan.groups[2]);
}

TEST(HitCheck, AsksForNoReturns) {
  Plan plan;
  plan.groups = {{nullptr, {kConsume}, true}};
  EXPECT_TRUE(must_be_hit(plan, symbols()).empty());
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
  event.ts_ns = 201;
  EXPECT_FALSE(trial.has(event));
}

}  // namespace
}  // namespace pwru::probe
