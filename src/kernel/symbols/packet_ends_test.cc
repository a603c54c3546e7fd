// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/packet_ends.h"

#include <gtest/gtest.h>

#include "kernel/btf/btf_builder_for_test.h"

namespace pwru::kernel {
namespace {

// BTF of a kernel with these functions.
std::unique_ptr<Btf> kernel_with(std::initializer_list<const char*> functions, bool frees_in_bulk) {
  BtfBuilder types;
  const uint32_t skb = types.pointer(types.structure("sk_buff", 8));
  for (const char* name : functions) types.function(name, {skb});
  if (frees_in_bulk) types.structure("skb_free_array", 136);
  return std::move(*Btf::parse(types.bytes(), nullptr));
}

TEST(PacketEnds, OneFunctionForEachDrop) {
  const auto v5_10 = kernel_with({"kfree_skb", "kfree_skb_list", "__dev_kfree_skb_irq"}, false);
  EXPECT_EQ(drop_functions(*v5_10), "kfree_skb, __dev_kfree_skb_irq");
  EXPECT_EQ(drop_function(*v5_10), "kfree_skb");
  // On 6.1 kfree_skb_list_reason() calls kfree_skb_reason().
  const auto v6_1 =
      kernel_with({"kfree_skb_reason", "kfree_skb_list_reason", "__dev_kfree_skb_irq"}, false);
  EXPECT_EQ(drop_functions(*v6_1), "kfree_skb_reason, __dev_kfree_skb_irq");
  const auto names = names_of_drops(*v6_1);
  EXPECT_EQ(std::ranges::find(names, "kfree_skb_list_reason"), names.end());
  const auto v6_12 = kernel_with(
      {"sk_skb_reason_drop", "kfree_skb_list_reason", "dev_kfree_skb_irq_reason"}, true);
  EXPECT_EQ(drop_functions(*v6_12),
            "sk_skb_reason_drop, kfree_skb_list_reason, dev_kfree_skb_irq_reason");
  EXPECT_EQ(drop_function(*v6_12), "sk_skb_reason_drop");
  EXPECT_EQ(drop_function(*kernel_with({"ip_rcv"}, true)), "");
}

TEST(PacketEnds, Endings) {
  EXPECT_EQ(ending_of("sk_skb_reason_drop"), Ending::Drops);
  EXPECT_EQ(ending_of("dev_kfree_skb_any_reason"), Ending::Drops);
  EXPECT_EQ(ending_of("napi_consume_skb"), Ending::Consumes);
  EXPECT_EQ(ending_of("skb_attempt_defer_free"), Ending::Consumes);
  EXPECT_EQ(ending_of("skb_release_data"), Ending::None);
}

TEST(PacketEnds, Lists) {
  EXPECT_TRUE(takes_list({"kfree_skb_list_reason", "", 1, 1, 2}));
  EXPECT_TRUE(takes_list({"dev_hard_start_xmit", "", 1, 1}));
  EXPECT_FALSE(takes_list({"kfree_skb", "", 1, 1}));
  EXPECT_FALSE(takes_list({"kfree_skb_list", "mod", 1, 1}));  // a namesake
  EXPECT_FALSE(takes_list({"kfree_skb_list", "", 1, 2}));
}

}  // namespace
}  // namespace pwru::kernel
