// SPDX-License-Identifier: Apache-2.0
#include "output/id_text.h"

#include <gtest/gtest.h>

#include <string>

#include "abi/event.h"

namespace pwru::output {
namespace {

constexpr uint64_t kCpu3 = 3ull << PWRU_ID_CPU_SHIFT;

std::string text(uint64_t packet_id, uint64_t parent_id) {
  char room[kIdsRoom];
  return {room, append_ids(room, packet_id, parent_id)};
}

TEST(IdText, SaysWhoGaveTheId) {
  EXPECT_EQ(text(17, 0), "0.17");
  EXPECT_EQ(text(kCpu3 | 17, 0), "3.17");
  EXPECT_EQ(text(kCpu3 | PWRU_ID_OF_PROG | 17, 0), "3.x17");
  EXPECT_EQ(text(kCpu3 | PWRU_ID_OF_PROG | 1ull << PWRU_ID_SLOT_SHIFT | 17, 0), "3.xx17");
  EXPECT_EQ(text(kCpu3 | PWRU_ID_OF_CHILD | 17, 0), "3.c17");
}

TEST(IdText, TheParentStandsBehind) {
  EXPECT_EQ(text(PWRU_ID_OF_CHILD | 2, kCpu3 | 1), "0.c2<3.1");
}

TEST(IdText, APacketThatIsNotFollowedHasADash) { EXPECT_EQ(text(0, 0), "-"); }

TEST(IdText, TheLongestFits) { EXPECT_LE(text(~0ull, ~0ull).size(), kIdsRoom); }

}  // namespace
}  // namespace pwru::output
