// SPDX-License-Identifier: Apache-2.0
#include "probe/event_group.h"

#include <gtest/gtest.h>

#include <limits>

namespace pwru::probe {
namespace {

TEST(EventGroup, NamesSayWhoseTheyAre) {
  const std::string group = group_name({4026531836, 4711, 94387});
  EXPECT_EQ(group, "pwru_4026531836_4711_94387");
  EXPECT_EQ(event_name(group, 3), group + "/" + group + "_3");
  EXPECT_EQ(note_name(group, {'0', 'x'}), group + "/" + group + "_r0_ox");
}

TEST(EventGroup, TheKernelTakesTheLongestNames) {
  // An inode number has 32 bits, a pid 22; a thousand years are 42 bits of ticks.
  const std::string group =
      group_name({std::numeric_limits<uint32_t>::max(), 1 << 22, uint64_t{1} << 42});
  EXPECT_LE(note_name(group, {'0', '1'}).size() - group.size() - 1, 63u);
  EXPECT_EQ(group.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), std::string::npos);
}

TEST(EventGroup, EventsOfTracersAmongOthers) {
  const auto events = tracer_events(
      "p:kprobes/mine do_exit\n"
      "p:pwru_1_2_3/pwru_1_2_3_0 0xffffffff81000000 n=\\0\n"
      "p:pwru_1_2_3/pwru_1_2_3_0 0xffffffff81000010 n=\\1\n"
      "r8:pwru_1_2_3/pwru_1_2_3_1 0xffffffff81000020\n"
      "p:pwru_1_2_3/pwru_1_2_3_r0_o1 do_one_initcall\n"
      "p:pwru_77/pwru_77_0 0xffffffff81000000\n"
      "p:pwru_x/pwru_x_0 do_exit\n"
      "p:pwru_1_2_3_4/x do_exit\n"
      "p:pwru_/x do_exit\n"
      "p:pwru_5_/x do_exit\n"
      "p:pwru_99999999999999999999_2_3/x do_exit\n"
      "garbage\n"
      "p:pwru_1_2_0/pwru_1_2_0_r2_o1 do_exit");
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(events[0].name, "pwru_1_2_3/pwru_1_2_3_0");
  EXPECT_EQ(events[0].owner, (kernel::ProcessName{1, 2, 3}));
  EXPECT_FALSE(events[0].note);
  EXPECT_EQ(events[1].name, "pwru_1_2_3/pwru_1_2_3_1");
  ASSERT_TRUE(events[2].note);
  EXPECT_EQ(*events[2].note, (Originals{'0', '1'}));
  EXPECT_EQ(events[3].owner, (kernel::ProcessName{0, 77, 0}));
  EXPECT_EQ(events[4].owner, (kernel::ProcessName{1, 2, 0}));
  EXPECT_FALSE(events[4].note);
}

}  // namespace
}  // namespace pwru::probe
