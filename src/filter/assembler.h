// SPDX-License-Identifier: Apache-2.0
// Assembles instructions of the kernel's BPF, with jumps to labels.
#pragma once

#include <linux/bpf.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pwru::filter {

struct Label {
  size_t id = 0;
};

class Assembler {
 public:
  [[nodiscard]] Label new_label();
  // Makes the label name the next instruction.
  void bind(Label label) { positions_[label.id] = static_cast<int32_t>(insns_.size()); }
  [[nodiscard]] bool is_used(Label label) const;

  // Sizes are BPF_B, BPF_H, BPF_W, BPF_DW.
  void load(uint8_t size, uint8_t dst, uint8_t src, int16_t off);
  void store(uint8_t size, uint8_t dst, int16_t off, uint8_t src);
  void store_imm(uint8_t size, uint8_t dst, int16_t off, int32_t imm);
  void mov(uint8_t dst, uint8_t src);
  void mov32(uint8_t dst, uint8_t src);
  void mov32_imm(uint8_t dst, int32_t imm);
  void load_imm64(uint8_t dst, uint64_t imm);
  void alu64(uint8_t op, uint8_t dst, uint8_t src);
  void alu64_imm(uint8_t op, uint8_t dst, int32_t imm);
  void alu32(uint8_t op, uint8_t dst, uint8_t src);
  void alu32_imm(uint8_t op, uint8_t dst, int32_t imm);
  void neg32(uint8_t dst);
  // Generates nothing for one byte.
  void from_big_endian(uint8_t dst, uint32_t bytes);
  void call(uint8_t kind, int32_t imm);
  void exit();

  // These compare 32 bits; those with 64 in their name compare the whole register.
  void jump_imm(uint8_t op, uint8_t dst, int32_t imm, Label target);
  void jump32(uint8_t op, uint8_t dst, uint8_t src, Label target);
  void jump64(uint8_t op, uint8_t dst, uint8_t src, Label target);
  void jump64_imm(uint8_t op, uint8_t dst, int32_t imm, Label target);
  void jump_always(Label target);

  // Fills in the jumps. False when a distance does not fit into 16 bits.
  [[nodiscard]] bool resolve();
  [[nodiscard]] const std::vector<bpf_insn>& insns() const { return insns_; }

 private:
  struct Jump {
    size_t at;
    Label target;
  };
  void add(int code, uint8_t dst, uint8_t src, int16_t off, int32_t imm);
  void add_jump(int code, uint8_t dst, uint8_t src, int32_t imm, Label target);

  std::vector<bpf_insn> insns_;
  std::vector<int32_t> positions_;
  std::vector<Jump> jumps_;
};

}  // namespace pwru::filter
