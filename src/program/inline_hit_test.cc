// SPDX-License-Identifier: Apache-2.0
#include "program/inline_hit.h"

#include <gtest/gtest.h>

namespace pwru::program {
namespace {

constexpr uint32_t kMainId = 7, kHitId = 8, kOtherId = 9;

bpf_insn make(unsigned code, unsigned dst, unsigned src, int off, int32_t imm) {
  bpf_insn insn = {};
  insn.code = static_cast<uint8_t>(code);
  insn.dst_reg = dst & 0xf;
  insn.src_reg = src & 0xf;
  insn.off = static_cast<int16_t>(off);
  insn.imm = imm;
  return insn;
}
bpf_insn mov(unsigned dst, unsigned src) {
  return make(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
}
bpf_insn set(unsigned dst, int32_t value) {
  return make(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value);
}
bpf_insn call(int32_t distance) {
  return make(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, distance);
}
bpf_insn leave() { return make(BPF_JMP | BPF_EXIT, 0, 0, 0, 0); }

bool is_jump(const bpf_insn& insn, int distance) {
  return insn.code == (BPF_JMP | BPF_JEQ | BPF_K) && insn.dst_reg == BPF_REG_3 && insn.imm == 0 &&
         insn.off == distance;
}

// Two calls of it, and two functions behind.
std::vector<bpf_insn> program() {
  return {
      mov(6, 1),
      make(BPF_LD | BPF_IMM | BPF_DW, 1, 0, 0, 1),
      {},
      make(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 6, 0),
      make(BPF_LDX | BPF_MEM | BPF_DW, 2, 6, 112, 0),
      mov(1, 6),
      set(3, 0),
      call(6),  // 14
      set(0, 0),
      leave(),
      call(3),  // 14
      call(5),  // 17
      set(0, 0),
      leave(),
      set(0, 1),  // 14: pwru_filter_hit()
      call(1),    // 17
      leave(),
      set(0, 2),  // 17
      leave(),
  };
}
std::vector<bpf_func_info> functions() { return {{0, kMainId}, {14, kHitId}, {17, kOtherId}}; }

TEST(InlineHitTest, CallsBecomeJumps) {
  const auto made = inline_hit(program(), functions(), kHitId, true);
  ASSERT_TRUE(made);
  ASSERT_EQ(made->instructions.size(), program().size());
  EXPECT_TRUE(is_jump(made->instructions[7], 6));
  EXPECT_TRUE(is_jump(made->instructions[10], 3));
  // Those of others stay, in front of it and in it.
  EXPECT_EQ(made->instructions[11].imm, 5);
  EXPECT_EQ(made->instructions[15].imm, 1);
  EXPECT_EQ(made->instructions[0].code, program()[0].code);
}

// The packet may be known: what stands behind the call must have a way to it already.
TEST(InlineHitTest, CallsWithAnIdBecomePlainJumps) {
  EXPECT_FALSE(inline_hit(program(), functions(), kHitId, false));
  auto leaving_early = program();
  leaving_early[10] = leave();
  leaving_early[3].off = 4;  // to 8, behind the call
  const auto made = inline_hit(leaving_early, functions(), kHitId, false);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->instructions[7].code, uint8_t{BPF_JMP | BPF_JA});
  EXPECT_EQ(made->instructions[7].off, 6);
}

TEST(InlineHitTest, FunctionIsOneNoMore) {
  const auto made = inline_hit(program(), functions(), kHitId, true);
  ASSERT_TRUE(made);
  ASSERT_EQ(made->functions.size(), 2U);
  EXPECT_EQ(made->functions[0].type_id, kMainId);
  EXPECT_EQ(made->functions[1].type_id, kOtherId);
  EXPECT_EQ(made->functions[1].insn_off, 17U);
}

TEST(InlineHitTest, LeavesWhatItDoesNotKnow) {
  EXPECT_FALSE(inline_hit(program(), functions(), kOtherId, true));
  EXPECT_FALSE(inline_hit(program(), {}, kHitId, true));
  auto called_from_behind = program();
  called_from_behind[15] = call(-2);
  EXPECT_FALSE(inline_hit(called_from_behind, functions(), kHitId, true));
  auto never_called = program();
  never_called[7] = never_called[10] = set(0, 0);
  EXPECT_FALSE(inline_hit(never_called, functions(), kHitId, true));
}

}  // namespace
}  // namespace pwru::program
