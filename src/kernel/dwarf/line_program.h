// SPDX-License-Identifier: Apache-2.0
// The machine that runs the program of a unit (DWARF 5, 6.2.2 to 6.2.5). It is a template for its
// caller, as the programs of vmlinux have tens of megabytes.
#pragma once

#include <array>

#include "kernel/dwarf/line_unit.h"

namespace pwru::kernel::dwarf {

template <class Take>
class LineProgram {
 public:
  LineProgram(const LineUnit& unit, Take& take) : unit_(unit), take_(take), cursor_(unit.program) {
    for (unsigned opcode = unit.opcode_base; opcode < kOpcodes; opcode++) {
      const unsigned adjusted = opcode - unit.opcode_base;
      steps_[opcode] = uint64_t{adjusted / unit.line_range} * unit.least_step;
      lines_[opcode] = int{unit.line_base} + static_cast<int>(adjusted % unit.line_range);
    }
  }

  void run() {
    while (!cursor_.is_at_end() && goes_on_) {
      const auto opcode = cursor_.number<uint8_t>();
      if (opcode >= unit_.opcode_base)
        special(opcode);
      else if (opcode == 0)
        extended();
      else
        standard(opcode);
      if (cursor_.is_bad()) return;
    }
  }

 private:
  // DW_LNS_*, DW_LNE_*
  enum : uint8_t {
    kCopy = 1,
    kAdvancePc = 2,
    kAdvanceLine = 3,
    kSetFile = 4,
    kConstAddPc = 8,
    kFixedAdvancePc = 9
  };
  enum : uint8_t { kEndSequence = 1, kSetAddress = 2 };

  void advance(uint64_t steps) { row_.address += steps * unit_.least_step; }
  void emit() { goes_on_ = take_(static_cast<const LineRow&>(row_)); }

  void special(uint8_t opcode) {
    row_.address += steps_[opcode];
    row_.line += static_cast<uint64_t>(int64_t{lines_[opcode]});
    emit();
  }

  void standard(uint8_t opcode) {
    switch (opcode) {
      case kCopy:
        return emit();
      case kAdvancePc:
        return advance(cursor_.unsigned_leb());
      case kAdvanceLine:
        row_.line += static_cast<uint64_t>(cursor_.signed_leb());
        return;
      case kSetFile:
        row_.file = cursor_.unsigned_leb();
        return;
      case kConstAddPc:
        row_.address += steps_[kOpcodes - 1];
        return;
      case kFixedAdvancePc:
        row_.address += cursor_.number<uint16_t>();
        return;
      default:
        // Columns, statements, blocks, and what is unknown: the header says how much to pass.
        for (auto left = static_cast<uint8_t>(unit_.operands[opcode - 1u]); left > 0; left--)
          (void)cursor_.unsigned_leb();
    }
  }

  void extended() {
    Cursor rest(cursor_.bytes(cursor_.unsigned_leb()));
    const auto opcode = rest.number<uint8_t>();
    if (opcode == kSetAddress) row_.address = rest.number<uint64_t>();
    if (opcode != kEndSequence) return;
    row_.is_end = true;
    emit();
    row_ = {};
  }

  static constexpr unsigned kOpcodes = 256;

  const LineUnit& unit_;
  Take& take_;
  Cursor cursor_;
  LineRow row_;
  bool goes_on_ = true;
  // What each special opcode adds: to divide takes longer than all the rest.
  std::array<uint64_t, kOpcodes> steps_ = {};
  std::array<int, kOpcodes> lines_ = {};
};

template <class Take>
void run_program(const LineUnit& unit, Take take) {
  LineProgram<Take>(unit, take).run();
}

}  // namespace pwru::kernel::dwarf
