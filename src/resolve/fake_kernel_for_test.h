// SPDX-License-Identifier: Apache-2.0
// A small kernel: its functions, symbols, drop reasons and types.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "kernel/btf/btf_builder_for_test.h"
#include "kernel/drop_reasons.h"
#include "resolve/resolver.h"

namespace pwru::resolve {

inline constexpr uint64_t kIpRcv = 0xffffffff81000100;
inline constexpr uint64_t kKfreeSkbReason = 0xffffffff81000200;
inline constexpr uint64_t kSkSkbReasonDrop = 0xffffffff81000300;
inline constexpr uint64_t kKfreeSkbListReason = 0xffffffff81000400;
inline constexpr uint64_t kSkbReleaseData = 0xffffffff81000500;
inline constexpr uint64_t kKfreeSkb = 0xffffffff81000600;
inline constexpr uint64_t kConsumeSkb = 0xffffffff81000800;
inline constexpr uint64_t kDevKfreeSkbIrq = 0xffffffff81000900;
inline constexpr uint64_t kBpfTraceRun2 = 0xffffffff81000a00;
inline constexpr uint64_t kTraceiter = 0xffffffff81000b00;
inline constexpr uint64_t kNotProbed = 0xffffffff81000700;
inline constexpr uint64_t kBpfProgram = 0xffffffffc0008000;
inline constexpr uint64_t kNftDoChain = 0xffffffffc0000100;

class FakeKernel {
 public:
  explicit FakeKernel(bool has_reasons = true)
      : symbols_(*kernel::Symbols::parse("ffffffff81000000 T _text\n"
                                         "ffffffff81000100 T ip_rcv\n"
                                         "ffffffff81000200 T kfree_skb_reason\n"
                                         "ffffffff81000300 T sk_skb_reason_drop\n"
                                         "ffffffff81000400 T kfree_skb_list_reason\n"
                                         "ffffffff81000500 t skb_release_data\n"
                                         "ffffffff81000600 T kfree_skb\n"
                                         "ffffffff81000700 t not_probed\n"
                                         "ffffffff81000800 T consume_skb\n"
                                         "ffffffff81000900 T __dev_kfree_skb_irq\n"
                                         "ffffffff81000a00 T bpf_trace_run2\n"
                                         "ffffffff81000b00 t __traceiter_kfree_skb\n"
                                         "ffffffff81001000 T _etext\n"
                                         "ffffffffc0000100 t nft_do_chain\t[nf_tables]\n"
                                         "ffffffffc0000200 t nft_other\t[nf_tables]\n")) {
    functions_.found = {
        {"ip_rcv", "", kIpRcv, 1, 0},
        {"kfree_skb_reason", "", kKfreeSkbReason, 1, 2},
        {"sk_skb_reason_drop", "", kSkSkbReasonDrop, 2, 3},
        {"kfree_skb_list_reason", "", kKfreeSkbListReason, 1, 2},
        {"skb_release_data", "", kSkbReleaseData, 1, 2},
        {"kfree_skb", "", kKfreeSkb, 1, 0},
        {"consume_skb", "", kConsumeSkb, 1, 0},
        {"__dev_kfree_skb_irq", "", kDevKfreeSkbIrq, 1, 2, kernel::MapOp::None, true},
        {"nft_do_chain", "nf_tables", kNftDoChain, 1, 0}};
    kernel::BtfBuilder types;
    types.integer("int", 4);
    types.enumeration("skb_free_reason", {{"SKB_REASON_CONSUMED", 0}, {"SKB_REASON_DROPPED", 1}});
    if (has_reasons) {
      types.enumeration("skb_drop_reason", {{"SKB_NOT_DROPPED_YET", 0},
                                            {"SKB_CONSUMED", 1},
                                            {"SKB_DROP_REASON_NOT_SPECIFIED", 2},
                                            {"SKB_DROP_REASON_NO_SOCKET", 3}});
      types.enumeration("ovs_drop_reason", {{"OVS_DROP_METER", 0x30004}});
    }
    const uint32_t u32 = types.integer("u32", 4);
    types.add(BTF_KIND_STRUCT, "sk_buff", 8,
              {types.string("len"), u32, 0, types.string("mark"), u32, 32}, 2);
    types.add(BTF_KIND_STRUCT, "skb_shared_info", 8,
              {types.string("nr_frags"), u32, 0, types.string("gso_type"), u32, 32}, 2);
    btf_ = kernel::Btf::parse(types.bytes(), nullptr).value();
    reasons_ = kernel::DropReasons::collect(*btf_, {});
  }

  [[nodiscard]] Facts facts() const { return {functions_, symbols_, reasons_, *btf_, *btf_}; }
  [[nodiscard]] Names names() const { return {functions_, symbols_, reasons_}; }
  // Knows the BPF program, too.
  [[nodiscard]] Resolver resolver(Wanted wanted = {}) const {
    Resolver resolver = Resolver::create(std::move(wanted), facts()).value();
    resolver.names().add_bpf_program(kBpfProgram, "my_prog(tc)");
    return resolver;
  }

 private:
  kernel::Functions functions_;
  kernel::Symbols symbols_;
  std::unique_ptr<kernel::Btf> btf_;
  kernel::DropReasons reasons_;
};

}  // namespace pwru::resolve
