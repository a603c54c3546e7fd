// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/bpf_helpers.h"

#include <gtest/gtest.h>

namespace pwru::kernel {
namespace {

constexpr uint64_t kCallBase = 0xffffffff81000100;

bpf_insn call(int32_t distance, uint8_t src_reg = 0) {
  bpf_insn insn = {};
  insn.code = BPF_JMP | BPF_CALL;
  insn.src_reg = src_reg & 0xf;
  insn.imm = distance;
  return insn;
}

TEST(BpfHelpers, CallsAreCountedFromTheBase) {
  const auto symbols = Symbols::parse(
      "ffffffff81000000 t __htab_map_lookup_elem\n"
      "ffffffff81000100 T __bpf_call_base\n"
      "ffffffff81000300 T bpf_skb_load_bytes\n"
      "ffffffff81001000 T _etext\n");
  ASSERT_TRUE(symbols);
  bpf_insn load = {};
  load.code = BPF_LD | BPF_IMM | BPF_DW;
  load.imm = 0x200;
  const std::vector<bpf_insn> code = {
      call(0x200),
      call(0x200),                    // twice
      call(-0x100),                   // below the base
      call(12),                       // a tail call: BPF_FUNC_tail_call, no address
      call(0),                        // hidden by the kernel
      call(-0x100, BPF_PSEUDO_CALL),  // a function of the program
      load,
  };
  std::set<std::string> names;
  add_called(code, kCallBase, *symbols, names);
  EXPECT_EQ(names, (std::set<std::string>{"__htab_map_lookup_elem", "bpf_skb_load_bytes"}));
}

}  // namespace
}  // namespace pwru::kernel
