// SPDX-License-Identifier: Apache-2.0
#include "knowledge/loss_row.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "knowledge/cause.h"

namespace pwru::knowledge {
namespace {

TEST(LossRows, SayWhatAndWhatToDo) {
  std::set<std::string_view> counters;
  for (const LossRow& row : loss_rows()) {
    EXPECT_TRUE(counters.insert(row.counter).second) << row.counter;
    for (const std::string_view sentence : {row.what, row.advice}) {
      EXPECT_FALSE(sentence.empty()) << row.counter;
      EXPECT_FALSE(sentence.ends_with('.')) << row.counter;
      EXPECT_EQ(sentence.find("  "), std::string_view::npos) << row.counter;
    }
    for (const std::string_view list : {row.reasons, row.places, row.causes, row.parts}) {
      EXPECT_EQ(list.find("  "), std::string_view::npos) << list;
      EXPECT_FALSE(list.ends_with(' ') || list.starts_with(' ')) << list;
    }
    // A packet ends where its counter is raised; what frees for others is no place.
    EXPECT_FALSE(is_in_list("kfree_skb", row.places)) << row.counter;
  }
}

TEST(LossRows, HaveTheCountersThatMeanLoss) {
  for (const std::string_view name : {"rx_missed", "softnet_dropped", "ethtool:rx_discards_phy"})
    EXPECT_TRUE(means_loss(name)) << name;
  for (const std::string_view name : {"rx_missed_too", "TcpRetransSegs", "ethtool", "in_hardware"})
    EXPECT_FALSE(means_loss(name)) << name;
}

TEST(LossRows, PartsAreRowsToo) {
  for (const LossRow& row : loss_rows()) {
    std::string parts(row.parts);
    for (const LossRow& part : loss_rows())
      if (is_in_list(part.counter, row.parts))
        parts.erase(parts.find(part.counter), part.counter.size());
    EXPECT_EQ(parts.find_first_not_of(' '), std::string::npos) << row.counter << ": " << parts;
  }
}

}  // namespace
}  // namespace pwru::knowledge
