// SPDX-License-Identifier: Apache-2.0
#include "kernel/proc/modules.h"

#include <gtest/gtest.h>

namespace pwru::kernel {
namespace {

using Names = std::vector<std::string>;

TEST(Modules, AreRead) {
  const auto modules = parse_modules(
      "vxlan 151552 0 - Live 0xffffffffc05d4000\n"
      "ip_tunnel 36864 2 sit,ipip, Loading 0xffffffffc05cc000 (O+)\n");
  ASSERT_EQ(modules.size(), 2U);
  EXPECT_EQ(modules[0].name, "vxlan");
  EXPECT_TRUE(modules[0].is_live);
  EXPECT_EQ(modules[1].name, "ip_tunnel");
  EXPECT_FALSE(modules[1].is_live);
  EXPECT_TRUE(parse_modules("").empty());
}

TEST(ModuleSet, TellsWhatComesAndGoes) {
  ModuleSet set({{"dummy", true, 1}});
  auto changes = set.update({{"dummy", true, 1}, {"vxlan", true, 2}});
  EXPECT_EQ(changes.appeared, Names{"vxlan"});
  EXPECT_TRUE(changes.gone.empty());
  changes = set.update({{"vxlan", true, 2}});
  EXPECT_TRUE(changes.appeared.empty());
  EXPECT_EQ(changes.gone, Names{"dummy"});
}

TEST(ModuleSet, WaitsUntilAModuleIsLive) {
  ModuleSet set({});
  EXPECT_TRUE(set.update({{"vxlan", false, 1}}).appeared.empty());
  EXPECT_TRUE(set.has_waiting());
  const auto changes = set.update({{"vxlan", true, 1}});
  EXPECT_EQ(changes.appeared, Names{"vxlan"});
  EXPECT_TRUE(changes.gone.empty());
  EXPECT_FALSE(set.has_waiting());
}

TEST(ModuleSet, KnowsOneThatWasLoadedAnewBetweenTwoLooks) {
  ModuleSet set({{"vxlan", true, 1}});
  EXPECT_TRUE(set.update({{"vxlan", true, 1}}).appeared.empty());
  const auto changes = set.update({{"vxlan", true, 2}});
  EXPECT_EQ(changes.gone, Names{"vxlan"});
  EXPECT_EQ(changes.appeared, Names{"vxlan"});
}

}  // namespace
}  // namespace pwru::kernel
