// SPDX-License-Identifier: Apache-2.0
#include "kernel/switches.h"

#include <gtest/gtest.h>

namespace pwru::kernel {
namespace {

TEST(Switches, AreWhatTheFileSays) {
  EXPECT_EQ(switch_of("1\n"), Switch::On);
  EXPECT_EQ(switch_of("0\n"), Switch::Off);
  EXPECT_EQ(switch_of(""), Switch::Unknown);
}

}  // namespace
}  // namespace pwru::kernel
