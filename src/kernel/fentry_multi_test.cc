// SPDX-License-Identifier: Apache-2.0
#include "kernel/fentry_multi.h"

#include <gtest/gtest.h>

#include "kernel/btf/btf_builder_for_test.h"

namespace pwru::kernel {
namespace {

TEST(FentryMulti, WhichFunctionsFitATrampoline) {
  BtfBuilder builder;
  const uint32_t number = builder.integer("int", 4);
  const uint32_t skb = builder.pointer(builder.structure("sk_buff", 232));
  const uint32_t pair = builder.structure("pair", 16), large = builder.structure("large", 24);
  const uint32_t result = builder.record(BTF_KIND_UNION, "tcp_seq_and_ts_off", 8, {});
  const std::vector<uint32_t> twelve(12, number), thirteen(13, number);
  const uint32_t good[] = {builder.prototype({skb}), builder.prototype({skb, pair}, skb),
                           builder.prototype({}, number), builder.prototype(twelve)};
  const uint32_t bad[] = {
      builder.prototype({skb, large}),                               // more than two words
      builder.prototype({skb, 0}),                                   // variable arguments
      builder.prototype({skb}, result),                              // a result that is no number
      builder.prototype(thirteen),                                   // too many
      builder.prototype({pair, pair, pair, pair, pair, pair, skb}),  // too many words
  };
  const auto btf = Btf::parse(builder.bytes(), nullptr);
  ASSERT_TRUE(btf) << btf.error().what;
  for (const uint32_t proto : good) EXPECT_TRUE(fits_trampoline(**btf, proto)) << proto;
  for (const uint32_t proto : bad) EXPECT_FALSE(fits_trampoline(**btf, proto)) << proto;
  EXPECT_FALSE(fits_trampoline(**btf, number));
}

}  // namespace
}  // namespace pwru::kernel
