// SPDX-License-Identifier: Apache-2.0
#include "filter/assembler.h"

#include <algorithm>
#include <limits>

namespace pwru::filter {

Label Assembler::new_label() {
  positions_.push_back(-1);
  return {positions_.size() - 1};
}

bool Assembler::is_used(Label label) const {
  return std::any_of(jumps_.begin(), jumps_.end(),
                     [&](const Jump& jump) { return jump.target.id == label.id; });
}

void Assembler::add(int code, uint8_t dst, uint8_t src, int16_t off, int32_t imm) {
  bpf_insn insn = {};
  insn.code = static_cast<uint8_t>(code);
  insn.dst_reg = dst & 0xf;
  insn.src_reg = src & 0xf;
  insn.off = off;
  insn.imm = imm;
  insns_.push_back(insn);
}

void Assembler::add_jump(int code, uint8_t dst, uint8_t src, int32_t imm, Label target) {
  jumps_.push_back({insns_.size(), target});
  add(code, dst, src, 0, imm);
}

void Assembler::load(uint8_t size, uint8_t dst, uint8_t src, int16_t off) {
  add(BPF_LDX | size | BPF_MEM, dst, src, off, 0);
}

void Assembler::store(uint8_t size, uint8_t dst, int16_t off, uint8_t src) {
  add(BPF_STX | size | BPF_MEM, dst, src, off, 0);
}

void Assembler::store_imm(uint8_t size, uint8_t dst, int16_t off, int32_t imm) {
  add(BPF_ST | size | BPF_MEM, dst, 0, off, imm);
}

void Assembler::mov(uint8_t dst, uint8_t src) { alu64(BPF_MOV, dst, src); }
void Assembler::mov32(uint8_t dst, uint8_t src) { alu32(BPF_MOV, dst, src); }
void Assembler::mov32_imm(uint8_t dst, int32_t imm) { alu32_imm(BPF_MOV, dst, imm); }

void Assembler::load_imm64(uint8_t dst, uint64_t imm) {
  add(BPF_LD | BPF_DW | BPF_IMM, dst, 0, 0, static_cast<int32_t>(static_cast<uint32_t>(imm)));
  add(0, 0, 0, 0, static_cast<int32_t>(imm >> 32));
}

void Assembler::alu64(uint8_t op, uint8_t dst, uint8_t src) {
  add(BPF_ALU64 | op | BPF_X, dst, src, 0, 0);
}

void Assembler::alu64_imm(uint8_t op, uint8_t dst, int32_t imm) {
  add(BPF_ALU64 | op | BPF_K, dst, 0, 0, imm);
}

void Assembler::alu32(uint8_t op, uint8_t dst, uint8_t src) {
  add(BPF_ALU | op | BPF_X, dst, src, 0, 0);
}

void Assembler::alu32_imm(uint8_t op, uint8_t dst, int32_t imm) {
  add(BPF_ALU | op | BPF_K, dst, 0, 0, imm);
}

void Assembler::neg32(uint8_t dst) { add(BPF_ALU | BPF_NEG | BPF_K, dst, 0, 0, 0); }

void Assembler::from_big_endian(uint8_t dst, uint32_t bytes) {
  if (bytes > 1) add(BPF_ALU | BPF_END | BPF_TO_BE, dst, 0, 0, static_cast<int32_t>(8 * bytes));
}

void Assembler::call(uint8_t kind, int32_t imm) { add(BPF_JMP | BPF_CALL, 0, kind, 0, imm); }
void Assembler::exit() { add(BPF_JMP | BPF_EXIT, 0, 0, 0, 0); }

void Assembler::jump_imm(uint8_t op, uint8_t dst, int32_t imm, Label target) {
  add_jump(BPF_JMP32 | op | BPF_K, dst, 0, imm, target);
}

void Assembler::jump32(uint8_t op, uint8_t dst, uint8_t src, Label target) {
  add_jump(BPF_JMP32 | op | BPF_X, dst, src, 0, target);
}

void Assembler::jump64(uint8_t op, uint8_t dst, uint8_t src, Label target) {
  add_jump(BPF_JMP | op | BPF_X, dst, src, 0, target);
}

void Assembler::jump64_imm(uint8_t op, uint8_t dst, int32_t imm, Label target) {
  add_jump(BPF_JMP | op | BPF_K, dst, 0, imm, target);
}

void Assembler::jump_always(Label target) { add_jump(BPF_JMP | BPF_JA, 0, 0, 0, target); }

bool Assembler::resolve() {
  for (const Jump& jump : jumps_) {
    const int64_t off = int64_t{positions_[jump.target.id]} - static_cast<int64_t>(jump.at) - 1;
    if (off < std::numeric_limits<int16_t>::min() || off > std::numeric_limits<int16_t>::max())
      return false;
    insns_[jump.at].off = static_cast<int16_t>(off);
  }
  return true;
}

}  // namespace pwru::filter
