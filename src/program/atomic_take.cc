// SPDX-License-Identifier: Apache-2.0
#include "program/atomic_take.h"

#include <cstddef>

namespace pwru::program {
namespace {

bool is_take(std::span<const bpf_insn, 3> at) {
  const bpf_insn &load = at[0], &skip = at[1], &store = at[2];
  return load.code == (BPF_LDX | BPF_MEM | BPF_W) && load.dst_reg == BPF_REG_0 && load.off == 0 &&
         skip.code == (BPF_JMP | BPF_JNE | BPF_K) && skip.dst_reg == BPF_REG_0 && skip.imm == 0 &&
         skip.off == 1 && store.code == (BPF_STX | BPF_MEM | BPF_W) && store.off == 0 &&
         store.dst_reg == load.src_reg;
}

}  // namespace

size_t take_atomically(std::span<bpf_insn> program) {
  size_t places = 0;
  for (size_t i = 0; i + 2 < program.size(); i++) {
    if (!is_take(program.subspan(i).first<3>())) continue;
    // r0 = 0; nothing; if the word is r0, store. In r0 is what was there.
    program[i] = {
        .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0};
    program[i + 1] = {.code = BPF_JMP | BPF_JA, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0};
    program[i + 2].code = BPF_STX | BPF_ATOMIC | BPF_W;
    program[i + 2].imm = BPF_CMPXCHG;
    places++;
  }
  return places;
}

}  // namespace pwru::program
