// SPDX-License-Identifier: Apache-2.0
#include "probe/miss_watch.h"

#include <gtest/gtest.h>

namespace pwru::probe {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

// A kernel whose counts a test sets.
class MissWatchTest : public ::testing::Test {
 protected:
  program::MissCounts counts_;
  unsigned asked_ = 0;
  MissWatch watch_{[this] {
                     asked_++;
                     return counts_;
                   },
                   kSecond};
};

TEST_F(MissWatchTest, NothingMissed) {
  counts_ = {{"a", 0, 0}};
  EXPECT_TRUE(watch_.look(2 * kSecond).empty());
  EXPECT_TRUE(watch_.look_last(3 * kSecond).empty());
  EXPECT_EQ(watch_.by_program(), "");
}

TEST_F(MissWatchTest, TellsWhatIsNewByProgram) {
  counts_ = {{"a", 3, 1}, {"b", 0, 2}};
  EXPECT_EQ(describe(watch_.look(2 * kSecond)), "a 4, b 2");
  counts_ = {{"a", 3, 6}, {"b", 0, 2}};
  const auto misses = watch_.look(4 * kSecond);
  ASSERT_EQ(misses.size(), 1u);
  EXPECT_EQ(misses[0].program, "a");
  EXPECT_EQ(misses[0].count, 5u);
  EXPECT_EQ(misses[0].since_ns, 2 * kSecond);
  EXPECT_EQ(misses[0].until_ns, 4 * kSecond);
  EXPECT_TRUE(watch_.look(5 * kSecond).empty());
}

TEST_F(MissWatchTest, AsksOnceASecond) {
  counts_ = {{"a", 1, 0}};
  EXPECT_TRUE(watch_.look(2 * kSecond - 1).empty());
  EXPECT_EQ(asked_, 0u);
  EXPECT_EQ(describe(watch_.look(2 * kSecond)), "a 1");
  EXPECT_TRUE(watch_.look(3 * kSecond - 1).empty());
  EXPECT_EQ(asked_, 1u);
}

TEST_F(MissWatchTest, ProgramsOfOneNameAreAdded) {
  counts_ = {{"x(tc)", 0, 1}, {"x(tc)", 0, 2}};
  EXPECT_EQ(describe(watch_.look(2 * kSecond)), "x(tc) 3");
}

// Nobody is warned every second of what the tracer does itself; at the end it is told.
TEST_F(MissWatchTest, FunctionsOfMapsWaitForTheEnd) {
  counts_ = {{"pwru_map_lookup", 7, 0}, {"pwru_trace_1", 1, 0}};
  EXPECT_EQ(describe(watch_.look(2 * kSecond)), "pwru_trace_1 1");
  const auto misses = watch_.look_last(3 * kSecond);
  EXPECT_EQ(describe(misses), "pwru_map_lookup 7");
  EXPECT_EQ(misses.at(0).since_ns, kSecond);
}

// What was told adds up to the total, also when the probes are gone.
TEST_F(MissWatchTest, TheTotalStaysWhenProgramsGo) {
  counts_ = {{"a", 3, 1}, {"b", 0, 2}};
  (void)watch_.look(2 * kSecond);
  counts_ = {{"b", 0, 4}};
  EXPECT_EQ(describe(watch_.look_last(3 * kSecond)), "b 2");
  EXPECT_EQ(watch_.total().by_probe, 3u);
  EXPECT_EQ(watch_.total().by_recursion, 5u);
  EXPECT_EQ(watch_.by_program(), "a 4, b 4");
}

}  // namespace
}  // namespace pwru::probe
