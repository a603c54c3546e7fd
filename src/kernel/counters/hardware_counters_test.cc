// SPDX-License-Identifier: Apache-2.0
#include "kernel/counters/hardware_counters.h"

#include <gtest/gtest.h>
#include <linux/gen_stats.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>

namespace pwru::kernel {
namespace {

constexpr uint32_t kInHw = TCA_CLS_FLAGS_IN_HW;

Bytes body(Message& message) { return after(message.bytes(), NLMSG_HDRLEN); }

struct Counted {
  uint64_t bytes;
  uint32_t packets;
};

// An action with both of its counters, as tcf_action_copy_stats() writes them.
Message action(Counted all, Counted in_hardware) {
  Message stats(0, 0), action(0, 0);
  stats.add(TCA_STATS_BASIC, std::as_bytes(std::span(&all, 1)));
  stats.add(TCA_STATS_BASIC_HW, std::as_bytes(std::span(&in_hardware, 1)));
  action.add(TCA_ACT_KIND, "mirred");
  action.add(TCA_ACT_STATS | NLA_F_NESTED, body(stats));
  return action;
}

uint64_t packets(std::string_view kind, uint16_t flags_type, uint32_t flags,
                 uint16_t actions_type) {
  Message first = action({900, 9}, {700, 7}), second = action({900, 9}, {700, 7});
  Message actions(0, 0), options(0, 0), filter(RTM_NEWTFILTER, 0);
  actions.add(1, body(first));
  actions.add(2, body(second));
  options.add_value(flags_type, flags);
  options.add(actions_type | NLA_F_NESTED, body(actions));
  filter.append_value(tcmsg{});
  filter.add(TCA_KIND, kind);
  filter.add(TCA_OPTIONS, body(options));
  return packets_in_hardware(body(filter));
}

TEST(HardwareCounters, AreOfFiltersThatAreOffloaded) {
  EXPECT_EQ(packets("flower", TCA_FLOWER_FLAGS, kInHw, TCA_FLOWER_ACT), 7u);
  EXPECT_EQ(packets("matchall", TCA_MATCHALL_FLAGS, kInHw, TCA_MATCHALL_ACT), 7u);
  EXPECT_EQ(packets("u32", TCA_U32_FLAGS, kInHw | TCA_CLS_FLAGS_SKIP_SW, TCA_U32_ACT), 7u);
  EXPECT_EQ(packets("flower", TCA_FLOWER_FLAGS, TCA_CLS_FLAGS_NOT_IN_HW, TCA_FLOWER_ACT), 0u);
  EXPECT_EQ(packets("bpf", TCA_FLOWER_FLAGS, kInHw, TCA_FLOWER_ACT), 0u);
  EXPECT_EQ(packets("flower", TCA_FLOWER_FLAGS, kInHw, TCA_FLOWER_CLASSID), 0u);
}

TEST(HardwareCounters, BrokenMessagesCountNothing) {
  EXPECT_EQ(packets_in_hardware({}), 0u);
  Message filter(RTM_NEWTFILTER, 0);
  filter.append_value(tcmsg{});
  filter.add(TCA_KIND, "flower");
  const Bytes whole = body(filter);
  for (size_t size = 0; size <= whole.size(); size++)
    EXPECT_EQ(packets_in_hardware(whole.first(size)), 0u);
}

}  // namespace
}  // namespace pwru::kernel
