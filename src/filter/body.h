// SPDX-License-Identifier: Apache-2.0
// Translates a classic BPF program to instructions of the kernel's BPF, without the code around it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <linux/filter.h>

#include "filter/assembler.h"
#include "filter/classic.h"
#include "filter/classic_flow.h"
#include "filter/packet_loads.h"

namespace pwru::filter {

// Whether the EtherType may be in A when the program begins, so that the program need not load it.
[[nodiscard]] bool begins_with_ether_type(const ClassicProgram& program);

class Body {
 public:
  // For an accepted packet the code jumps to `accept`, or returns 1 when there is none. For a
  // rejected packet it returns 0, sometimes by way of `reject`.
  Body(const ClassicProgram& program, Assembler& assembler, PacketLoads& loads,
       std::optional<Label> accept, Label reject);

  // False when the program needs more stack than there is.
  [[nodiscard]] bool emit();
  // Which fields of the context the program reads. Valid after emit().
  [[nodiscard]] bool reads_len() const { return reads_len_; }
  [[nodiscard]] bool reads_ancillary() const { return reads_ancillary_; }

 private:
  bool lay_out_stack();
  void emit_prologue();
  bool finds_a_loaded(size_t at) const;
  bool uses_x() const;
  bool loads_packet(size_t at) const;
  bool has_load() const;
  void emit_return(int32_t value);
  void emit_insn(size_t at);
  void emit_loop_head(size_t at);
  void emit_forget();
  void load_len(uint8_t dst);
  void emit_ret(const ClassicInsn& insn);
  void emit_load(const ClassicInsn& insn);
  void emit_alu(const ClassicInsn& insn);
  void emit_jump(size_t at);
  void emit_run(std::vector<size_t> run);
  void emit_halves(std::span<const size_t> sorted, Label none);
  void emit_condition(uint8_t op, const ClassicInsn& insn, Label target);

  const ClassicProgram& program_;
  Assembler& asm_;
  PacketLoads& loads_;
  const Registers& reg_;
  std::optional<Label> accept_;
  Label reject_;
  Flow flow_;
  std::vector<Label> labels_;        // of each classic instruction
  std::vector<Label> round_labels_;  // of each: the target of a backward jump to it
  std::array<int16_t, BPF_MEMWORDS> memory_slots_ = {};
  bool reads_len_ = false, reads_ancillary_ = false;
};

}  // namespace pwru::filter
