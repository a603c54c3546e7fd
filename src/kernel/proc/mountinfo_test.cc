// SPDX-License-Identifier: Apache-2.0
#include "kernel/proc/mountinfo.h"

#include <gtest/gtest.h>

namespace pwru::kernel {
namespace {

TEST(Mountinfo, FindsByTypeAndUndoesEscapes) {
  constexpr const char* kText =
      "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
      "30 23 0:7 / /sys/kernel/debug rw shared:12 master:3 - debugfs debugfs rw\n"
      "31 23 0:12 / /sys/kernel/tracing rw shared:13 - tracefs tracefs rw\n"
      "32 23 0:12 / /mnt/my\\040trace\\134s rw - tracefs tracefs rw\n"
      "33 23 0:13 / /tracefs rw - tmpfs tracefs rw\n"
      "cut off\n";
  EXPECT_EQ(mount_points(kText, "tracefs"),
            (std::vector<std::string>{"/sys/kernel/tracing", "/mnt/my trace\\s"}));
  EXPECT_EQ(mount_points(kText, "debugfs"), (std::vector<std::string>{"/sys/kernel/debug"}));
  EXPECT_TRUE(mount_points(kText, "bpf").empty());
  EXPECT_TRUE(mount_points("", "proc").empty());
}

TEST(Mountinfo, LeavesWhatIsNoEscape) {
  EXPECT_EQ(mount_points("1 2 0:3 / /a\\04 rw - t t rw\n", "t"),
            (std::vector<std::string>{"/a\\04"}));
}

}  // namespace
}  // namespace pwru::kernel
