// SPDX-License-Identifier: Apache-2.0
// Generates BPF instructions for checked trees. Kernel memory is read with bpf_probe_read_kernel()
// into the stack of the function, so the same code runs on every kernel from 5.10 on.
//
// Registers: r6 is the root. r7 is the place that values are written to. r0 is the value of the
// node that was generated last, sign- or zero-extended to 64 bits as its type says. r1 to r5 are
// used within one step only. Everything else is kept on the stack, at constant offsets.
#pragma once

#include <cstdint>

#include "expr/parser.h"
#include "expr/types.h"
#include "filter/assembler.h"
#include "filter/codegen.h"

namespace pwru::expr {

// How a value is copied into the record.
enum class Transfer {
  Number,  // as 8 bytes
  Memory,  // as it is in memory
  Text,    // the characters that a pointer leads to, up to the NUL
};

// Values begin with words whose bits say which of them could be read.
inline constexpr uint32_t kReadableWords = 2;
inline constexpr uint32_t kReadableBytes = 8 * kReadableWords;

// The BPF size code for a load of 1, 2, 4 or 8 bytes.
[[nodiscard]] uint8_t load_size(uint32_t bytes);

class Generator {
 public:
  explicit Generator(const Types& types);

  // Generates int f(u64 root), which returns 1 when the tree is true.
  void condition(const Node& tree);

  // Generates void f(u64 root, void *out): opens the function. write_value() follows for each
  // value, then the end.
  void begin_values();
  // Writes the value at out + offset and sets bit `index` of the words at `out`. Does neither when
  // a read on the way fails.
  void write_value(const Node& tree, Transfer transfer, uint32_t index, uint32_t offset,
                   uint32_t bytes);
  void end_values();

  [[nodiscard]] Result<filter::Code> finish();

 private:
  using Label = filter::Label;
  // A register and an offset to add to it.
  struct Place {
    uint8_t reg;
    int64_t offset;
  };
  // Reserves bytes of the stack for its own lifetime.
  class Slot {
   public:
    Slot(Generator& generator, uint32_t bytes);
    ~Slot() { generator_.stack_top_ += bytes_; }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    [[nodiscard]] int16_t at() const { return at_; }

   private:
    Generator& generator_;
    int bytes_;
    int16_t at_;
  };

  // generate.cc
  void value(const Node& node);
  void branch(const Node& node, Label yes, Label no);
  void truth(const Node& node);
  [[nodiscard]] Place place(const Node& node);
  [[nodiscard]] Place address(const Node& pointer);
  [[nodiscard]] Place element(const Node& node);
  void set_address(uint8_t reg, Place from);
  void read_memory(uint8_t to, int16_t to_offset, Place from, uint32_t bytes);
  void load(const Node& node);
  void set_constant(uint8_t reg, uint64_t value);
  void begin_function(bool writes);

  // arithmetic.cc
  void binary(const Node& node);
  void unary(const Node& node);
  void compare(const Node& node, Label yes, Label no);
  void operands(const Node& left, const Node& right, const Type& left_type, const Type& right_type);
  void convert(const Type& from, const Type& to);
  void canonicalise(const Type& type);
  void shift(const Node& node);
  void pointer_sum(const Node& node);
  void divide(bool is_signed, bool is_remainder);
  void make_positive(uint8_t reg);

  // match.cc
  void match(const Node& node, Label yes, Label no);
  void match_string(const Node& node, Label yes, Label no);
  void match_pieces(const Pattern& pattern, int16_t text, uint32_t room, Label yes, Label no);
  void match_address(const Node& node, Label yes, Label no);
  void compare_bytes(int16_t at, const uint8_t* bytes, const uint8_t* mask, uint32_t size,
                     Label differs);

  const Types& types_;
  filter::Assembler asm_;
  Label unreadable_;  // the target of a read that fails
  int stack_top_ = 0;
  bool is_too_deep_ = false;
};

}  // namespace pwru::expr
