// SPDX-License-Identifier: Apache-2.0
#include "base/strings.h"

#include <gtest/gtest.h>

namespace pwru {
namespace {

TEST(Strings, Join) {
  const std::vector<std::string> names = {"a", "b", "c"};
  EXPECT_EQ(join(names), "a, b, c");
  EXPECT_EQ(join(names, "|"), "a|b|c");
  EXPECT_EQ(join(names, ", ", 2), "a, b, ..");
  EXPECT_EQ(join(names, ", ", 3), "a, b, c");
  EXPECT_EQ(join(std::vector<std::string_view>{}), "");
}

TEST(Strings, EditDistance) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("eth0", "eth0"), 0u);
  EXPECT_EQ(edit_distance("eth0", ""), 4u);
  EXPECT_EQ(edit_distance("eth0", "et0"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Strings, NearestName) {
  EXPECT_EQ(nearest_name("eht0", {"lo", "eth0", "wlan0"}), "eth0");
  EXPECT_EQ(nearest_name("cilium_hots", {"cilium_host", "cilium_net"}), "cilium_host");
  EXPECT_EQ(nearest_name("xyz", {"lo", "eth0"}), "");
  EXPECT_EQ(nearest_name("ab", {"lo"}), "");
  EXPECT_EQ(nearest_name("eth0", {}), "");
}

}  // namespace
}  // namespace pwru
