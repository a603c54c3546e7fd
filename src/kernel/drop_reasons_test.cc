// SPDX-License-Identifier: Apache-2.0
#include "kernel/drop_reasons.h"

#include <gtest/gtest.h>

#include "kernel/btf/btf_builder_for_test.h"

namespace pwru::kernel {
namespace {

TEST(DropReasons, CoreAndSubsystems) {
  BtfBuilder types;
  types.enumeration("skb_drop_reason", {{"SKB_NOT_DROPPED_YET", 0},
                                        {"SKB_CONSUMED", 1},
                                        {"SKB_DROP_REASON_NO_SOCKET", 3},
                                        {"SKB_DROP_REASON_MAX", 4},
                                        {"SKB_DROP_REASON_SUBSYS_MASK", 0xffff0000}});
  types.enumeration("unrelated", {{"ELSE", 9}});
  const auto vmlinux = *Btf::parse(types.bytes(), nullptr);
  BtfBuilder split(vmlinux.get(), types.string_bytes());
  split.enumeration("mac80211_drop_reason", {{"RX_CONTINUE", 1}, {"RX_DROP_U_MIC_FAIL", 0x20001}});
  split.add(BTF_KIND_ENUM64, "ovs_drop_reason", 8, {split.string("OVS_DROP_METER"), 0x30004, 0}, 1);
  std::vector<ModuleBtf> modules;
  modules.push_back({"mod", *Btf::parse(split.bytes(), vmlinux.get())});

  const DropReasons reasons = DropReasons::collect(*vmlinux, modules);
  EXPECT_FALSE(reasons.empty());
  EXPECT_EQ(reasons.name(0), "SKB_NOT_DROPPED_YET");
  EXPECT_EQ(reasons.name(1), "SKB_CONSUMED");
  EXPECT_EQ(reasons.name(3), "SKB_DROP_REASON_NO_SOCKET");
  EXPECT_EQ(reasons.name(0x20001), "RX_DROP_U_MIC_FAIL");
  EXPECT_EQ(reasons.name(0x30004), "OVS_DROP_METER");
  EXPECT_FALSE(reasons.name(4));
  EXPECT_FALSE(reasons.name(9));
  EXPECT_FALSE(reasons.name(0xffff0000));
}

TEST(DropReasons, EmptyWithoutTheEnum) {
  BtfBuilder types;
  types.integer("int", 4);
  EXPECT_TRUE(DropReasons::collect(**Btf::parse(types.bytes(), nullptr), {}).empty());
}

}  // namespace
}  // namespace pwru::kernel
