// SPDX-License-Identifier: Apache-2.0
#include "expr/generate.h"

#include <linux/bpf.h>

#include <limits>

#include "expr/check.h"

namespace pwru::expr {
namespace {

// This much of the 512 bytes of stack that all functions of a call chain share.
constexpr int kStackBytes = 128;
constexpr uint32_t kWordBytes = 8;

constexpr uint8_t kRoot = BPF_REG_6, kOut = BPF_REG_7;
constexpr uint8_t r0 = BPF_REG_0, r1 = BPF_REG_1, r2 = BPF_REG_2, r3 = BPF_REG_3,
                  frame = BPF_REG_10;

}  // namespace

uint8_t load_size(uint32_t bytes) {
  return bytes == 1 ? BPF_B : bytes == 2 ? BPF_H : bytes == 4 ? BPF_W : BPF_DW;
}

Generator::Generator(const Types& types) : types_(types), unreadable_(asm_.new_label()) {}

Generator::Slot::Slot(Generator& generator, uint32_t bytes)
    : generator_(generator),
      bytes_(static_cast<int>((bytes + kWordBytes - 1) / kWordBytes * kWordBytes)) {
  generator_.stack_top_ -= bytes_;
  generator_.is_too_deep_ |= generator_.stack_top_ < -kStackBytes;
  at_ = static_cast<int16_t>(generator_.stack_top_);
}

// The root may be a pointer whose type the verifier knows (struct xdp_buff of fentry), and
// arithmetic with such a pointer is refused. A negation turns it into a number.
void Generator::begin_function(bool writes) {
  asm_.mov(kRoot, r1);
  asm_.alu64_imm(BPF_NEG, kRoot, 0);
  asm_.alu64_imm(BPF_NEG, kRoot, 0);
  if (writes) asm_.mov(kOut, r2);
}

void Generator::condition(const Node& tree) {
  const Label yes = asm_.new_label(), no = asm_.new_label();
  begin_function(false);
  branch(tree, yes, no);
  asm_.bind(yes);
  asm_.mov32_imm(r0, 1);
  asm_.exit();
  asm_.bind(no);
  asm_.mov32_imm(r0, 0);
  asm_.exit();
}

void Generator::begin_values() {
  begin_function(true);
  asm_.mov32_imm(r1, 0);
  for (uint32_t at = 0; at < kReadableBytes; at += kWordBytes)
    asm_.store(BPF_DW, kOut, static_cast<int16_t>(at), r1);
}

void Generator::write_value(const Node& tree, Transfer transfer, uint32_t index, uint32_t offset,
                            uint32_t bytes) {
  const Label next = asm_.new_label();
  const auto at = static_cast<int16_t>(offset);
  unreadable_ = next;
  switch (transfer) {
    case Transfer::Number:
      value(tree);
      asm_.store(BPF_DW, kOut, at, r0);
      break;
    case Transfer::Memory:
      read_memory(kOut, at, place(tree), bytes);
      break;
    case Transfer::Text:
      value(tree);
      asm_.mov(r3, r0);
      set_address(r1, {kOut, at});
      set_constant(r2, bytes);
      asm_.call(0, BPF_FUNC_probe_read_kernel_str);
      asm_.jump64_imm(BPF_JSLT, r0, 0, next);
      break;
  }
  const auto word_at = static_cast<int16_t>(index / 64 * kWordBytes);
  asm_.load(BPF_DW, r1, kOut, word_at);
  asm_.load_imm64(r2, uint64_t{1} << index % 64);
  asm_.alu64(BPF_OR, r1, r2);
  asm_.store(BPF_DW, kOut, word_at, r1);
  asm_.bind(next);
}

void Generator::end_values() {
  asm_.mov32_imm(r0, 0);
  asm_.exit();
}

Result<filter::Code> Generator::finish() {
  if (is_too_deep_) return fail("it is nested too deeply for the kernel's stack; write it flatter");
  if (!asm_.resolve()) return fail("it is too large for the kernel; write it shorter");
  filter::Code code;
  code.insns = asm_.insns();
  return code;
}

void Generator::set_constant(uint8_t reg, uint64_t value) {
  if (value <= static_cast<uint64_t>(std::numeric_limits<int32_t>::max()))
    asm_.mov32_imm(reg, static_cast<int32_t>(value));
  else
    asm_.load_imm64(reg, value);
}

// reg = from. `from` may be in the same register.
void Generator::set_address(uint8_t reg, Place from) {
  if (from.reg != reg) asm_.mov(reg, from.reg);
  if (from.offset == 0) return;
  if (from.offset == static_cast<int32_t>(from.offset)) {
    asm_.alu64_imm(BPF_ADD, reg, static_cast<int32_t>(from.offset));
  } else {
    asm_.load_imm64(r2, static_cast<uint64_t>(from.offset));
    asm_.alu64(BPF_ADD, reg, r2);
  }
}

void Generator::read_memory(uint8_t to, int16_t to_offset, Place from, uint32_t bytes) {
  set_address(r3, from);
  set_address(r1, {to, to_offset});
  set_constant(r2, bytes);
  asm_.call(0, BPF_FUNC_probe_read_kernel);
  asm_.jump64_imm(BPF_JNE, r0, 0, unreadable_);
}

// The place that `pointer`, a pointer or an array, points to.
Generator::Place Generator::address(const Node& pointer) {
  if (pointer.is_root) return {kRoot, 0};
  if (pointer.is_place && pointer.type.is_array()) return place(pointer);
  value(pointer);
  return {r0, 0};
}

Generator::Place Generator::element(const Node& node) {
  const auto bytes = static_cast<int64_t>(node.type.bytes);
  const Node& index = *node.right;
  if (index.kind == NodeKind::Constant) {
    Place at = address(*node.left);
    at.offset += static_cast<int64_t>(index.constant.value) * bytes;
    return at;
  }
  const Slot base(*this, kWordBytes);
  set_address(r0, address(*node.left));
  asm_.store(BPF_DW, frame, base.at(), r0);
  value(index);
  asm_.alu64_imm(BPF_MUL, r0, static_cast<int32_t>(bytes));
  asm_.load(BPF_DW, r1, frame, base.at());
  asm_.alu64(BPF_ADD, r0, r1);
  return {r0, 0};
}

Generator::Place Generator::place(const Node& node) {
  if (node.kind == NodeKind::Index) return element(node);
  if (node.kind == NodeKind::Unary) return address(*node.left);
  Place at = node.has_arrow ? address(*node.left) : place(*node.left);
  at.offset += node.field.byte;
  return at;
}

// A bit-field may begin and end at any bit of up to eight bytes, whose number need not be a power
// of two.
void Generator::load(const Node& node) {
  const Type& type = node.type;
  const uint32_t end_bit = node.field.shift + type.bits;
  const uint32_t bytes = type.bits ? (end_bit + 7) / 8 : type.bytes;
  const Slot slot(*this, kWordBytes);
  if (type.bits) {
    asm_.mov32_imm(r1, 0);
    asm_.store(BPF_DW, frame, slot.at(), r1);
  }
  read_memory(frame, slot.at(), place(node), bytes);
  if (type.bits) {
    asm_.load(BPF_DW, r0, frame, slot.at());
    asm_.alu64_imm(BPF_LSH, r0, static_cast<int32_t>(64 - end_bit));
    asm_.alu64_imm(type.is_signed ? BPF_ARSH : BPF_RSH, r0, static_cast<int32_t>(64 - type.bits));
    return;
  }
  asm_.load(load_size(bytes), r0, frame, slot.at());
  if (type.is_big_endian) asm_.from_big_endian(r0, bytes);
  if (type.is_signed) canonicalise(type);
}

void Generator::value(const Node& node) {
  if (node.is_root) {
    asm_.mov(r0, kRoot);
  } else if (node.is_place) {
    if (node.type.is_array())
      set_address(r0, place(node));
    else
      load(node);
  } else if (node.kind == NodeKind::Constant) {
    set_constant(r0, node.constant.value);
  } else if (node.kind == NodeKind::Cast) {
    value(*node.left);
    convert(decayed(node.left->type, types_), node.type);
  } else if (node.kind == NodeKind::Unary) {
    unary(node);
  } else {
    binary(node);
  }
}

// The value, 1 or 0, of an operator that is true or false.
void Generator::truth(const Node& node) {
  const Label yes = asm_.new_label(), no = asm_.new_label(), end = asm_.new_label();
  branch(node, yes, no);
  asm_.bind(yes);
  asm_.mov32_imm(r0, 1);
  asm_.jump_always(end);
  asm_.bind(no);
  asm_.mov32_imm(r0, 0);
  asm_.bind(end);
}

// Every path ends in a jump. A read that fails makes the innermost comparison false. Without a
// comparison it makes the operand of && || ! false.
void Generator::branch(const Node& node, Label yes, Label no) {
  if (node.kind == NodeKind::Unary && node.op == Op::Not) return branch(*node.left, no, yes);
  const bool is_binary = node.kind == NodeKind::Binary;
  if (is_binary && (node.op == Op::And || node.op == Op::Or)) {
    const Label middle = asm_.new_label();
    if (node.op == Op::And)
      branch(*node.left, middle, no);
    else
      branch(*node.left, yes, middle);
    asm_.bind(middle);
    return branch(*node.right, yes, no);
  }
  const Label outer = unreadable_;
  unreadable_ = no;
  if (is_binary && node.op >= Op::Equal && node.op <= Op::GreaterEqual) {
    compare(node, yes, no);
  } else {
    value(node);
    asm_.jump64_imm(BPF_JNE, r0, 0, yes);
    asm_.jump_always(no);
  }
  unreadable_ = outer;
}

}  // namespace pwru::expr
