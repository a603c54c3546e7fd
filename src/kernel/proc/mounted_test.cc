// SPDX-License-Identifier: Apache-2.0
#include "kernel/proc/mounted.h"

#include <gtest/gtest.h>

namespace pwru::kernel {
namespace {

TEST(Mounted, ProcIsThereOrNamedWithTheCommand) {
  EXPECT_TRUE(require_proc());
  const auto missing = require_proc("/no/such/root");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().exit, ExitCode::NotSupported);
  EXPECT_EQ(missing.error().what,
            "read about the kernel: nothing is mounted on /proc; mount -t proc proc /proc");
}

}  // namespace
}  // namespace pwru::kernel
