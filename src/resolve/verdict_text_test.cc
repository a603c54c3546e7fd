// SPDX-License-Identifier: Apache-2.0
#include "resolve/verdict_text.h"

#include <gtest/gtest.h>

namespace pwru::resolve {
namespace {

TEST(VerdictText, NamesOfTc) {
  EXPECT_EQ(verdict_name(PWRU_EVENT_TC_EXIT, -1), "TC_ACT_UNSPEC");
  EXPECT_EQ(verdict_name(PWRU_EVENT_TC_EXIT, 0), "TC_ACT_OK");
  EXPECT_EQ(verdict_name(PWRU_EVENT_TC_EXIT, 2), "TC_ACT_SHOT");
  EXPECT_EQ(verdict_name(PWRU_EVENT_TC_EXIT, 7), "TC_ACT_REDIRECT");
  EXPECT_EQ(verdict_name(PWRU_EVENT_TC_EXIT, 8), "TC_ACT_TRAP");
}

TEST(VerdictText, NamesOfXdp) {
  EXPECT_EQ(verdict_name(PWRU_EVENT_XDP_EXIT, 0), "XDP_ABORTED");
  EXPECT_EQ(verdict_name(PWRU_EVENT_XDP_EXIT, 2), "XDP_PASS");
  EXPECT_EQ(verdict_name(PWRU_EVENT_XDP_EXIT, 4), "XDP_REDIRECT");
}

TEST(VerdictText, NumbersWithoutName) {
  for (const int32_t verdict : {-2, 9, INT32_MAX, INT32_MIN})
    EXPECT_EQ(verdict_name(PWRU_EVENT_TC_EXIT, verdict), "") << verdict;
  for (const int32_t verdict : {-1, 5, INT32_MAX, INT32_MIN})
    EXPECT_EQ(verdict_name(PWRU_EVENT_XDP_EXIT, verdict), "") << verdict;
}

TEST(VerdictText, WhatDrops) {
  EXPECT_TRUE(is_drop_verdict(PWRU_EVENT_TC_EXIT, 2));
  EXPECT_FALSE(is_drop_verdict(PWRU_EVENT_TC_EXIT, 0));
  EXPECT_TRUE(is_drop_verdict(PWRU_EVENT_XDP_EXIT, 0));
  EXPECT_TRUE(is_drop_verdict(PWRU_EVENT_XDP_EXIT, 1));
  EXPECT_TRUE(is_drop_verdict(PWRU_EVENT_XDP_EXIT, 77));
  EXPECT_FALSE(is_drop_verdict(PWRU_EVENT_XDP_EXIT, 2));
  EXPECT_FALSE(is_drop_verdict(PWRU_EVENT_XDP_ENTRY, 1));
}

}  // namespace
}  // namespace pwru::resolve
