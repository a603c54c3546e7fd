// SPDX-License-Identifier: Apache-2.0
#include "cli/color.h"

#include <gtest/gtest.h>

namespace pwru::cli {
namespace {

constexpr ColorChoice kAuto = ColorChoice::Auto;

TEST(Color, AutoIsForTerminalsOnly) {
  EXPECT_TRUE(use_color(kAuto, {}, true));
  EXPECT_TRUE(use_color(kAuto, {.term = "xterm"}, true));
  EXPECT_FALSE(use_color(kAuto, {}, false));
  EXPECT_FALSE(use_color(kAuto, {.term = "dumb"}, true));
}

TEST(Color, TheUserDecides) {
  EXPECT_TRUE(use_color(ColorChoice::Always, {.no_color = "1", .term = "dumb"}, false));
  EXPECT_FALSE(use_color(ColorChoice::Never, {.clicolor_force = "1"}, true));
}

TEST(Color, NoColorTurnsOffUnlessEmpty) {
  EXPECT_FALSE(use_color(kAuto, {.no_color = "0"}, true));
  EXPECT_FALSE(use_color(kAuto, {.no_color = "1", .clicolor_force = "1"}, true));
  EXPECT_TRUE(use_color(kAuto, {.no_color = ""}, true));
}

TEST(Color, ForceTurnsOnUnlessZeroOrEmpty) {
  EXPECT_TRUE(use_color(kAuto, {.clicolor_force = "1", .term = "dumb"}, false));
  EXPECT_FALSE(use_color(kAuto, {.clicolor_force = "0"}, false));
  EXPECT_FALSE(use_color(kAuto, {.clicolor_force = ""}, false));
  EXPECT_TRUE(use_color(kAuto, {.clicolor_force = "0"}, true));
}

}  // namespace
}  // namespace pwru::cli
