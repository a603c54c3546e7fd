// SPDX-License-Identifier: Apache-2.0
// Generates operators on numbers and pointers.
#include <linux/bpf.h>

#include "expr/check.h"
#include "expr/generate.h"

namespace pwru::expr {
namespace {

constexpr uint32_t kWordBytes = 8;
constexpr uint8_t r0 = BPF_REG_0, r1 = BPF_REG_1, r2 = BPF_REG_2, frame = BPF_REG_10;

uint8_t alu_op(Op op) {
  switch (op) {
    case Op::BitOr:
      return BPF_OR;
    case Op::BitXor:
      return BPF_XOR;
    case Op::BitAnd:
      return BPF_AND;
    case Op::Subtract:
      return BPF_SUB;
    case Op::Multiply:
      return BPF_MUL;
    default:
      return BPF_ADD;
  }
}

uint8_t jump_op(Op op, bool is_signed) {
  switch (op) {
    case Op::Equal:
      return BPF_JEQ;
    case Op::NotEqual:
      return BPF_JNE;
    case Op::Less:
      return is_signed ? BPF_JSLT : BPF_JLT;
    case Op::LessEqual:
      return is_signed ? BPF_JSLE : BPF_JLE;
    case Op::Greater:
      return is_signed ? BPF_JSGT : BPF_JGT;
    default:
      return is_signed ? BPF_JSGE : BPF_JGE;
  }
}

// What canonicalise() does, on a constant.
uint64_t converted(uint64_t value, const Type& type) {
  if (type.bytes == kWordBytes) return value;
  const auto low = static_cast<uint32_t>(value);
  return type.is_signed ? static_cast<uint64_t>(int64_t{static_cast<int32_t>(low)}) : low;
}

Type address_type() { return integer_type(kWordBytes, false); }

}  // namespace

// r0 may hold a value that overflowed its type: only the bits of the type count.
void Generator::canonicalise(const Type& type) {
  if (type.bytes == kWordBytes) return;
  if (type.bytes == 4 && !type.is_signed) return asm_.mov32(r0, r0);
  const auto unused_bits = static_cast<int32_t>(64 - 8 * type.bytes);
  asm_.alu64_imm(BPF_LSH, r0, unused_bits);
  asm_.alu64_imm(type.is_signed ? BPF_ARSH : BPF_RSH, r0, unused_bits);
}

void Generator::convert(const Type& from, const Type& to) {
  if (to.is_bool && !from.is_bool) {
    const filter::Label is_zero = asm_.new_label();
    asm_.jump64_imm(BPF_JEQ, r0, 0, is_zero);
    asm_.mov32_imm(r0, 1);
    asm_.bind(is_zero);
    return;
  }
  const bool is_wider = from.bytes < to.bytes && (!from.is_signed || to.is_signed);
  const bool is_same = from.bytes == to.bytes && from.is_signed == to.is_signed;
  if (!is_wider && !is_same) canonicalise(to);
}

// r0 = left, r1 = right.
void Generator::operands(const Node& left, const Node& right, const Type& left_type,
                         const Type& right_type) {
  if (right.kind == NodeKind::Constant) {
    value(left);
    convert(decayed(left.type, types_), left_type);
    return set_constant(r1, converted(right.constant.value, right_type));
  }
  const Slot slot(*this, kWordBytes);
  value(left);
  convert(decayed(left.type, types_), left_type);
  asm_.store(BPF_DW, frame, slot.at(), r0);
  value(right);
  convert(decayed(right.type, types_), right_type);
  asm_.mov(r1, r0);
  asm_.load(BPF_DW, r0, frame, slot.at());
}

void Generator::unary(const Node& node) {
  switch (node.op) {
    case Op::Not:
      return truth(node);
    case Op::AddressOf:
      return set_address(r0, place(*node.left));
    default:
      break;
  }
  value(*node.left);
  convert(node.left->type, node.type);
  if (node.op == Op::Negate)
    asm_.alu64_imm(BPF_NEG, r0, 0);
  else
    asm_.alu64_imm(BPF_XOR, r0, -1);
  canonicalise(node.type);
}

void Generator::binary(const Node& node) {
  switch (node.op) {
    case Op::ShiftLeft:
    case Op::ShiftRight:
      return shift(node);
    case Op::Divide:
    case Op::Remainder:
      operands(*node.left, *node.right, node.type, node.type);
      divide(node.type.is_signed, node.op == Op::Remainder);
      return canonicalise(node.type);
    case Op::BitOr:
    case Op::BitXor:
    case Op::BitAnd:
    case Op::Add:
    case Op::Subtract:
    case Op::Multiply:
      break;
    default:
      return truth(node);
  }
  if (decayed(node.left->type, types_).is_pointer()) return pointer_sum(node);
  operands(*node.left, *node.right, node.type, node.type);
  asm_.alu64(alu_op(node.op), r0, r1);
  canonicalise(node.type);
}

// As on x86, only the lowest bits of a count that is not constant matter.
void Generator::shift(const Node& node) {
  const Type& type = node.type;
  operands(*node.left, *node.right, type, promoted(node.right->type));
  asm_.alu64_imm(BPF_AND, r1, static_cast<int32_t>(8 * type.bytes - 1));
  const uint8_t right = type.is_signed ? BPF_ARSH : BPF_RSH;
  asm_.alu64(node.op == Op::ShiftLeft ? BPF_LSH : right, r0, r1);
  if (node.op == Op::ShiftLeft) canonicalise(type);
}

void Generator::pointer_sum(const Node& node) {
  const Type left = decayed(node.left->type, types_), right = decayed(node.right->type, types_);
  const uint32_t bytes = std::max(types_.target_of(left).bytes, 1u);  // of void as in GCC
  operands(*node.left, *node.right, address_type(),
           right.is_pointer() ? address_type() : promoted(right));
  if (!right.is_pointer()) {
    asm_.alu64_imm(BPF_MUL, r1, static_cast<int32_t>(bytes));
    asm_.alu64(alu_op(node.op), r0, r1);
    return;
  }
  asm_.alu64(BPF_SUB, r0, r1);
  set_constant(r1, bytes);
  divide(true, false);
}

void Generator::make_positive(uint8_t reg) {
  const Label is_positive = asm_.new_label();
  asm_.jump64_imm(BPF_JSGE, reg, 0, is_positive);
  asm_.alu64_imm(BPF_NEG, reg, 0);
  asm_.bind(is_positive);
}

// Until Linux 6.6 BPF divides only unsigned numbers. A division by zero gives zero.
void Generator::divide(bool is_signed, bool is_remainder) {
  const uint8_t op = is_remainder ? BPF_MOD : BPF_DIV;
  asm_.jump64_imm(BPF_JEQ, r1, 0, unreadable_);
  if (!is_signed) return asm_.alu64(op, r0, r1);
  // A quotient is negative when exactly one operand is. A remainder is negative when the dividend
  // is.
  asm_.mov(r2, r0);
  if (!is_remainder) asm_.alu64(BPF_XOR, r2, r1);
  make_positive(r0);
  make_positive(r1);
  asm_.alu64(op, r0, r1);
  const Label is_positive = asm_.new_label();
  asm_.jump64_imm(BPF_JSGE, r2, 0, is_positive);
  asm_.alu64_imm(BPF_NEG, r0, 0);
  asm_.bind(is_positive);
}

void Generator::compare(const Node& node, Label yes, Label no) {
  if (node.right->kind == NodeKind::String || node.right->kind == NodeKind::Address)
    return match(node, yes, no);
  const Type left = decayed(node.left->type, types_), right = decayed(node.right->type, types_);
  const Type type = left.is_pointer() || right.is_pointer() ? address_type() : common(left, right);
  operands(*node.left, *node.right, type, type);
  asm_.jump64(jump_op(node.op, type.is_signed), r0, r1, yes);
  asm_.jump_always(no);
}

}  // namespace pwru::expr
