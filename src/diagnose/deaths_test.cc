// SPDX-License-Identifier: Apache-2.0
#include "diagnose/deaths.h"

#include <gtest/gtest.h>

#include "diagnose/ending_for_test.h"

namespace pwru::diagnose {
namespace {

TEST(Deaths, AreCountedByCausePlaceAndFlow) {
  Ending ending;
  ending.dies({"__udp4_lib_rcv+0x1"}, "NO_SOCKET");
  Deaths deaths({});
  for (const uint64_t ns : {10u, 20u, 30u}) {
    ending.record.ts_ns = ns;
    ending.record.packet.tuple.sport++;  // not a flow of its own
    (void)deaths.take(ending.record);
  }
  ending.record.packet.tuple.dport = 1;
  (void)deaths.take(ending.record);
  ASSERT_EQ(deaths.groups().size(), 2u);
  const DeathGroup& most = *deaths.groups()[0];
  EXPECT_EQ(most.count, 3u);
  EXPECT_EQ(most.first_ns, 10u);
  EXPECT_EQ(most.last_ns, 30u);
  EXPECT_EQ(most.flow, "10.1.0.2->10.2.0.2:9000(udp)");
  EXPECT_EQ(deaths.died(), 4u);

  ending.is_freed({"unheard_of+0x1"});
  (void)deaths.take(ending.record);
  ASSERT_EQ(deaths.unknown_places().size(), 1u);
  EXPECT_EQ(deaths.unknown_places()[0].first, "unheard_of");
  ending.dies({"icmp_rcv+0x1"}, "NO_SOCKET");
  (void)deaths.take(ending.record);
  EXPECT_EQ(deaths.harmless(), 1u);
}

TEST(Deaths, KeepABoundedNumberOfGroups) {
  Ending ending;
  ending.dies({"__udp4_lib_rcv+0x1"}, "NO_SOCKET");
  Deaths deaths({});
  for (uint32_t i = 0; i < Deaths::kMostGroups + 5; i++) {
    ending.record.packet.tuple.dport = static_cast<uint16_t>(i);
    (void)deaths.take(ending.record);
  }
  EXPECT_EQ(deaths.groups().size(), Deaths::kMostGroups);
  EXPECT_EQ(deaths.others(), 5u);
}

}  // namespace
}  // namespace pwru::diagnose
