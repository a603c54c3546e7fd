// SPDX-License-Identifier: Apache-2.0
#include "resolve/last_seen.h"

#include <gtest/gtest.h>
#include <malloc.h>

namespace pwru::resolve {
namespace {

TEST(LastSeen, TimeSinceThePacketsLastEvent) {
  LastSeen seen;
  EXPECT_EQ(seen.since_last(1, 1000), 0u);
  EXPECT_EQ(seen.since_last(2, 1100), 0u);
  EXPECT_EQ(seen.since_last(1, 1250), 250u);
  EXPECT_EQ(seen.since_last(1, 1250), 0u);
  EXPECT_EQ(seen.since_last(2, 1300), 200u);
}

TEST(LastSeen, NeverNegative) {
  LastSeen seen;
  EXPECT_EQ(seen.since_last(1, 1000), 0u);
  EXPECT_EQ(seen.since_last(1, 900), 0u);
  EXPECT_EQ(seen.since_last(1, 950), 50u);
}

// A packet that goes on is never forgotten, one that is silent while 200,000 others pass is.
TEST(LastSeen, ForgetsTheSilentOnly) {
  constexpr uint64_t kBusy = 1, kSilent = 2, kFirstOther = 3, kOthers = 1'000'000;
  LastSeen seen;
  EXPECT_EQ(seen.since_last(kBusy, 0), 0u);
  EXPECT_EQ(seen.since_last(kSilent, 0), 0u);
  for (uint64_t i = 1; i <= kOthers; i++) {
    EXPECT_EQ(seen.since_last(kFirstOther + i, i), 0u);
    if (i % 1000 == 0) {
      EXPECT_EQ(seen.since_last(kBusy, i), 1000u);
    }
  }
  EXPECT_EQ(seen.since_last(kSilent, kOthers), 0u);
}

// Addresses of sk_buffs as a slab gives them out.
constexpr uint64_t kSlab = 0xffff888100000000;
constexpr uint64_t kSkbBytes = 256;

TEST(LastSeen, RemembersTensOfThousands) {
  constexpr uint64_t kPackets = 32'768;
  LastSeen seen;
  for (uint64_t i = 0; i < kPackets; i++)
    EXPECT_EQ(seen.since_last(kSlab + i * kSkbBytes, i + 1), 0u);
  uint64_t forgotten = 0;
  for (uint64_t i = 0; i < kPackets; i++)
    if (seen.since_last(kSlab + i * kSkbBytes, kPackets + i + 1) != kPackets) forgotten++;
  EXPECT_LE(forgotten, 3u);
}

TEST(LastSeen, TakesNoMoreMemoryForMorePackets) {
  LastSeen seen;
  EXPECT_EQ(seen.since_last(kSlab, 1), 0u);
  const size_t before = ::mallinfo2().uordblks;
  for (uint64_t i = 1; i < 160'000; i++)
    EXPECT_EQ(seen.since_last(kSlab + i * kSkbBytes, i + 1), 0u);
  EXPECT_EQ(::mallinfo2().uordblks, before);
}

}  // namespace
}  // namespace pwru::resolve
