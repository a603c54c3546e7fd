// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/qdiscs.h"

#include <gtest/gtest.h>
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "kernel/lookups/netlink_for_test.h"

namespace pwru::kernel {
namespace {

constexpr uint32_t kRootHandle = 0x10000, kIfindex = 3;

// The qdiscs of a namespace.
class FakeQdiscs {
 public:
  FakeQdiscs& add(uint32_t handle, uint32_t parent, const char* kind, uint32_t drops,
                  uint32_t qlen = 0, uint32_t ifindex = kIfindex) {
    Message counters(0, 0);
    gnet_stats_queue stats = {};
    stats.drops = drops;
    stats.qlen = qlen;
    counters.add_value(TCA_STATS_QUEUE, stats);
    Message qdisc(RTM_NEWQDISC, NLM_F_MULTI);
    tcmsg head = {};
    head.tcm_ifindex = static_cast<int>(ifindex);
    head.tcm_handle = handle;
    head.tcm_parent = parent;
    qdisc.append_value(head);
    qdisc.add(TCA_KIND, kind);
    qdisc.add(TCA_STATS2, after(counters.bytes(), NLMSG_HDRLEN));
    append_message(bytes_, qdisc);
    return *this;
  }
  std::optional<DroppingQdisc> find() {
    std::vector<std::byte> answer = bytes_;
    if (is_whole) append_done(answer);
    return find_dropping_qdisc([&](uint32_t, Bytes) { return answer; }, {7, kIfindex, 1});
  }

  bool is_whole = true;

 private:
  std::vector<std::byte> bytes_;
};

FakeQdiscs htb() { return FakeQdiscs().add(kRootHandle, TC_H_ROOT, "htb", 5); }

TEST(Qdiscs, NamesTheOneThatDrops) {
  FakeQdiscs qdiscs = htb();
  qdiscs.add(0x100000, 0x10010, "pfifo", 5, 2).add(0x110000, 0x10011, "fq_codel", 0, 9);
  const auto found = qdiscs.find();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, "pfifo");
  EXPECT_EQ(found->parent, "1:10");
  EXPECT_EQ(found->len_packets, 2U);
}

TEST(Qdiscs, OneBelowAnother) {
  FakeQdiscs qdiscs = htb();
  qdiscs.add(0x100000, 0x10010, "prio", 5, 2).add(0, 0x100002, "pfifo", 5, 2);
  ASSERT_TRUE(qdiscs.find());
  EXPECT_EQ(qdiscs.find()->parent, "10:2");
}

TEST(Qdiscs, OfTwoTheOneThatHoldsPackets) {
  FakeQdiscs qdiscs = htb();
  qdiscs.add(0x100000, 0x10010, "pfifo", 5, 0).add(0x110000, 0x10011, "pfifo", 5, 1);
  ASSERT_TRUE(qdiscs.find());
  EXPECT_EQ(qdiscs.find()->parent, "1:11");
  qdiscs.add(0x120000, 0x10012, "pfifo", 5, 1);
  EXPECT_FALSE(qdiscs.find()) << "two hold packets";
}

TEST(Qdiscs, NoneThatDropsIsAnAnswerToo) {
  FakeQdiscs qdiscs = htb();
  qdiscs.add(0x100000, 0x10010, "pfifo", 0, 2);
  qdiscs.add(0x100000, 0x10010, "pfifo", 5, 2, kIfindex + 1);
  qdiscs.add(0x20000, TC_H_INGRESS, "ingress", 4);
  ASSERT_TRUE(qdiscs.find());
  EXPECT_EQ(qdiscs.find()->kind, "");
  qdiscs.is_whole = false;
  EXPECT_FALSE(qdiscs.find());
}

}  // namespace
}  // namespace pwru::kernel
