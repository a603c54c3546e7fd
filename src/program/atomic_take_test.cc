// SPDX-License-Identifier: Apache-2.0
#include "program/atomic_take.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "program/objects.h"

namespace pwru::program {
namespace {

bpf_insn insn(unsigned code, unsigned dst, unsigned src, int off) {
  bpf_insn made = {};
  made.code = static_cast<uint8_t>(code);
  made.dst_reg = dst & 0xf;
  made.src_reg = src & 0xf;
  made.off = static_cast<int16_t>(off);
  return made;
}

std::vector<bpf_insn> taking(unsigned word) {
  return {insn(BPF_LDX | BPF_MEM | BPF_W, 0, word, 0), insn(BPF_JMP | BPF_JNE | BPF_K, 0, 0, 1),
          insn(BPF_STX | BPF_MEM | BPF_W, 6, 7, 0), insn(BPF_JMP | BPF_EXIT, 0, 0, 0)};
}

TEST(AtomicTake, ThreeInstructionsBecomeACompareAndExchange) {
  auto program = taking(6);
  EXPECT_EQ(take_atomically(program), 1u);
  EXPECT_EQ(program[2].code, BPF_STX | BPF_ATOMIC | BPF_W);
  EXPECT_EQ(program[2].imm, BPF_CMPXCHG);
  EXPECT_EQ(program[2].dst_reg, 6);
  EXPECT_EQ(program[2].src_reg, 7);
  EXPECT_EQ(take_atomically(program), 0u);
}

TEST(AtomicTake, AnotherWordIsNoTake) {
  auto program = taking(5);
  EXPECT_EQ(take_atomically(program), 0u);
  EXPECT_EQ(program[2].code, BPF_STX | BPF_MEM | BPF_W);
}

// As the compiler has made them.
TEST(AtomicTake, TheProgramsThatCopyTakeLikeThat) {
  const auto elf = progs_object(false);
  ASSERT_TRUE(elf);
  std::vector<bpf_insn> all(elf->size() / sizeof(bpf_insn));
  std::memcpy(all.data(), elf->data(), all.size() * sizeof(bpf_insn));
  EXPECT_GT(take_atomically(all), 10u);
}

}  // namespace
}  // namespace pwru::program
