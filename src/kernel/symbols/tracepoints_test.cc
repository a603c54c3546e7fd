// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/tracepoints.h"

#include <gtest/gtest.h>

#include "kernel/btf/btf_builder_for_test.h"

namespace pwru::kernel {
namespace {

class TracepointsTest : public ::testing::Test {
 protected:
  // As TRACE_EVENT() makes it: the first parameter is not an argument of the tracepoint.
  void tracepoint(const std::string& name, const std::vector<uint32_t>& arguments) {
    std::vector<uint32_t> params = {nothing_};
    params.insert(params.end(), arguments.begin(), arguments.end());
    const uint32_t proto = types_.prototype(params);
    types_.add(BTF_KIND_TYPEDEF, "btf_trace_" + name, types_.pointer(proto));
  }
  Tracepoints find(const NameTest& is_wanted = nullptr) {
    vmlinux_ = *Btf::parse(types_.bytes(), nullptr);
    return find_tracepoints(*vmlinux_, {}, is_wanted);
  }

  BtfBuilder types_;
  std::unique_ptr<Btf> vmlinux_;
  const uint32_t int_ = types_.integer("int", 4);
  const uint32_t nothing_ = types_.pointer(0);
  const uint32_t skb_struct_ = types_.structure("sk_buff", 232);
  const uint32_t skb_ = types_.pointer(skb_struct_);
  const uint32_t const_skb_ = types_.pointer(types_.add(BTF_KIND_CONST, "", skb_struct_));
  const uint32_t reason_ = types_.add(BTF_KIND_ENUM, "skb_drop_reason", 4, {}, 0);
};

TEST_F(TracepointsTest, ThePositionIsThatOfTheArgument) {
  tracepoint("netif_rx", {skb_});
  tracepoint("tcp_probe", {nothing_, const_skb_});
  tracepoint("udp_fail_queue_rcv_skb", {int_, nothing_, skb_});
  tracepoint("qdisc_dequeue", {nothing_, nothing_, int_, skb_});
  tracepoint("sched_switch", {int_});
  const Tracepoints tracepoints = find();
  ASSERT_EQ(tracepoints.found.size(), 4u);
  for (uint8_t position = 1; position <= 4; position++)
    EXPECT_EQ(tracepoints.found[position - 1u].skb_arg, position);
  EXPECT_EQ(tracepoints.found[3].name, "qdisc_dequeue");
  EXPECT_TRUE(tracepoints.left_out.empty());
}

TEST_F(TracepointsTest, KfreeSkbHasALocationAReasonAndASocket) {
  tracepoint("kfree_skb", {skb_, nothing_, reason_, nothing_});
  EXPECT_EQ(find().found.front(), (Tracepoint{"kfree_skb", "", 1, 3, true, true}));
}

TEST_F(TracepointsTest, KfreeSkbBefore611HasNoSocket) {
  tracepoint("kfree_skb", {skb_, nothing_, reason_});
  EXPECT_EQ(find().found.front(), (Tracepoint{"kfree_skb", "", 1, 3, true, false}));
}

TEST_F(TracepointsTest, KfreeSkbOf510HasNoReason) {
  tracepoint("kfree_skb", {skb_, nothing_});
  EXPECT_EQ(find().found.front(), (Tracepoint{"kfree_skb", "", 1, 0, true}));
}

TEST_F(TracepointsTest, ConsumeSkbMayHaveALocation) {
  tracepoint("consume_skb", {skb_});
  EXPECT_FALSE(find().found.front().has_location);
}

TEST_F(TracepointsTest, AnSkbBehindTheFourthArgumentIsCounted) {
  tracepoint("far", {int_, int_, int_, int_, skb_});
  const Tracepoints tracepoints = find();
  EXPECT_TRUE(tracepoints.found.empty());
  EXPECT_EQ(describe(tracepoints.left_out), "1 skb is not among the first four arguments");
}

TEST_F(TracepointsTest, ThoseOfModulesToo) {
  tracepoint("netif_rx", {skb_});
  vmlinux_ = *Btf::parse(types_.bytes(), nullptr);
  BtfBuilder split(vmlinux_.get(), types_.string_bytes());
  split.add(BTF_KIND_TYPEDEF, "btf_trace_ovs_do_execute_action",
            split.pointer(split.prototype({nothing_, nothing_, skb_})));
  std::vector<ModuleBtf> modules;
  modules.push_back({"openvswitch", *Btf::parse(split.bytes(), vmlinux_.get())});
  const auto found = find_tracepoints(*vmlinux_, modules, nullptr).found;
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1], (Tracepoint{"ovs_do_execute_action", "openvswitch", 2, 0, false}));
}

TEST_F(TracepointsTest, OnlyWantedOnesAreFound) {
  tracepoint("netif_rx", {skb_});
  tracepoint("kfree_skb", {skb_, nothing_, reason_});
  const auto found = find([](std::string_view name) { return name == "kfree_skb"; }).found;
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found.front().name, "kfree_skb");
}

}  // namespace
}  // namespace pwru::kernel
