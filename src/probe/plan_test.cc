// SPDX-License-Identifier: Apache-2.0
#include "probe/plan.h"

#include <gtest/gtest.h>

namespace pwru::probe {
namespace {

TEST(Plan, TheLastFunctionOfAModule) {
  const auto symbols = kernel::Symbols::parse(
      "ffffffff81000000 T _stext\n"
      "ffffffff81000100 T ip_rcv\n"
      "ffffffffc0600000 t first\t[a]\n"
      "ffffffffc0600100 T last\t[a]\n"
      "ffffffffc0600100 T alias_of_last\t[a]\n"
      "ffffffffc0602000 t only\t[b]\n");
  ASSERT_TRUE(symbols);
  EXPECT_FALSE(is_last_of_module(*symbols, 0xffffffff81000100));
  EXPECT_FALSE(is_last_of_module(*symbols, 0xffffffffc0600000));
  EXPECT_TRUE(is_last_of_module(*symbols, 0xffffffffc0600100));
  EXPECT_TRUE(is_last_of_module(*symbols, 0xffffffffc0602000));
  EXPECT_FALSE(is_last_of_module(*symbols, 0xffffffffc0604000));
}

TEST(Plan, WhereAProbeStands) {
  Plan plan;
  plan.last_of_modules = {2, 5};
  Group group;
  EXPECT_FALSE(plan.may_stand_behind_site(group, 3));
  plan.has_ftrace_sites = true;
  EXPECT_TRUE(plan.may_stand_behind_site(group, 3));
  EXPECT_FALSE(plan.may_stand_behind_site(group, 5));
  group.must_stand_at_start = true;
  EXPECT_FALSE(plan.may_stand_behind_site(group, 3));
}

}  // namespace
}  // namespace pwru::probe
