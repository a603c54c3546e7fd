// SPDX-License-Identifier: Apache-2.0
#include "expr/check.h"

#include <fmt/core.h>

#include <algorithm>

#include "expr/hints.h"

namespace pwru::expr {
namespace {

constexpr uint32_t kIntBytes = 4;
constexpr uint32_t kLongBytes = 8;

bool is_comparison(Op op) { return op >= Op::Equal && op <= Op::GreaterEqual; }
bool is_shift(Op op) { return op == Op::ShiftLeft || op == Op::ShiftRight; }
bool is_literal(const Node& node) {
  return node.kind == NodeKind::String || node.kind == NodeKind::Address;
}

class Checker {
 public:
  Checker(const Types& types, const Root& root) : types_(types), root_(root) {}

  Result<> check(Node& node) {
    switch (node.kind) {
      case NodeKind::Constant:
        node.type = integer_type(node.constant.bytes, node.constant.is_signed);
        return {};
      case NodeKind::String:
        return error_at(node.at, "a string can only be compared, with == or !=");
      case NodeKind::Address:
        return error_at(node.at, "an address can only be compared, with == or !=");
      case NodeKind::Name:
        return check_name(node);
      case NodeKind::Member:
        return check_member(node);
      case NodeKind::Index:
        return check_index(node);
      case NodeKind::Unary:
        PWRU_TRY(check(*node.left));
        return check_unary(node);
      case NodeKind::Binary:
        return check_binary(node);
      case NodeKind::Cast:
        return check_cast(node);
    }
    return {};
  }

 private:
  Result<> check_name(Node& node) {
    if (node.name == root_.name) {
      const uint32_t id = types_.btf().find(root_.struct_name, BTF_KIND_STRUCT);
      if (!id)
        return error_at(node.at,
                        fmt::format("this kernel's BTF has no struct {}", root_.struct_name));
      node.is_root = true;
      node.type = types_.pointer_to(id);
      return {};
    }
    if (node.name == "skb" || node.name == "xdp")
      return error_at(node.at,
                      fmt::format("\"{}\" is not known here, only \"{}\"", node.name, root_.name));
    node.kind = NodeKind::Constant;
    if (node.name == "true" || node.name == "false") {
      node.constant.value = node.name == "true";
      node.type = integer_type(kIntBytes, true);
      return {};
    }
    if (node.name == "NULL") {
      node.type = types_.pointer_to(0);
      return {};
    }
    auto value = types_.enumerator(node.name);
    if (!value) return error_at(node.at, value.error().what + name_hint(types_, root_, node.name));
    node.constant.value = static_cast<uint64_t>(value->first);
    node.type = value->second;
    return {};
  }

  Result<> check_member(Node& node) {
    PWRU_TRY(check(*node.left));
    const Type left = decayed(node.left->type, types_);
    const std::string what = types_.describe(node.left->type);
    Type record = left;
    if (node.has_arrow) {
      if (!left.is_pointer())
        return error_at(node.at, left.kind == Type::Kind::Record
                                     ? fmt::format("{} is no pointer; use \".\"", what)
                                     : fmt::format("{} has no members", what));
      record = types_.target_of(left);
    } else if (left.is_pointer()) {
      return error_at(node.at, fmt::format("{} is a pointer; use \"->\"", what));
    }
    if (record.kind != Type::Kind::Record)
      return error_at(node.at, fmt::format("{} has no members that this kernel's BTF knows",
                                           types_.describe(record)));
    const auto field = types_.field(record, node.name);
    if (!field) return error_at(node.at, field.error().what);
    node.type = field->type;
    node.field = field->place;
    node.is_place = true;
    return {};
  }

  Result<> check_index(Node& node) {
    PWRU_TRY(check(*node.left));
    PWRU_TRY(check(*node.right));
    if (!node.right->type.is_integer()) return error_at(node.at, "an index must be a number");
    return point(node, *node.left);
  }

  // Makes `node` what the pointer or array `pointer` leads to.
  Result<> point(Node& node, const Node& pointer) {
    const Type type = decayed(pointer.type, types_);
    if (!type.is_pointer())
      return error_at(node.at,
                      fmt::format("{} is no pointer and no array", types_.describe(pointer.type)));
    node.type = types_.target_of(type);
    node.is_place = true;
    return need_size(node.at, type);
  }

  Result<> need_size(size_t at, const Type& pointer) {
    const Type target = types_.target_of(pointer);
    if (target.bytes || target.kind == Type::Kind::Array) return {};
    return error_at(at, fmt::format("the size of what {} points to is not known; cast it first",
                                    types_.describe(pointer)));
  }

  Result<> check_unary(Node& node) {
    const Node& operand = *node.left;
    switch (node.op) {
      case Op::Dereference:
        return point(node, operand);
      case Op::AddressOf: {
        const auto pointer = types_.address_of(operand.type);
        if (!operand.is_place || operand.type.bits || !pointer)
          return error_at(node.at, "this has no address");
        node.type = *pointer;
        return {};
      }
      case Op::Not:
        node.type = integer_type(kIntBytes, true);
        return check_condition(operand, types_);
      default:
        PWRU_TRY(need_number(operand));
        node.type = promoted(operand.type);
        return {};
    }
  }

  Result<> need_number(const Node& node) {
    if (node.type.is_integer()) return {};
    const Type type = decayed(node.type, types_);
    const std::string what = types_.describe(node.type);
    if (type.is_pointer())
      return error_at(node.at,
                      fmt::format("{} is a pointer, no number; cast it to (unsigned long)", what));
    return error_at(node.at, fmt::format("{} is no number", what));
  }

  Result<> check_binary(Node& node) {
    if (is_literal(*node.left) && !is_literal(*node.right)) std::swap(node.left, node.right);
    if (is_literal(*node.right) && (node.op == Op::Equal || node.op == Op::NotEqual))
      return check_literal(node);
    PWRU_TRY(check(*node.left));
    PWRU_TRY(check_right(node));
    if (node.op == Op::Or || node.op == Op::And || is_comparison(node.op)) {
      node.type = integer_type(kIntBytes, true);
      PWRU_TRY(check_condition(*node.left, types_));
      return check_condition(*node.right, types_);
    }
    const Type left = decayed(node.left->type, types_), right = decayed(node.right->type, types_);
    if ((node.op == Op::Add || node.op == Op::Subtract) &&
        (left.is_pointer() || right.is_pointer()))
      return check_pointer_sum(node, left, right);
    PWRU_TRY(need_number(*node.left));
    PWRU_TRY(need_number(*node.right));
    node.type = is_shift(node.op) ? promoted(left) : common(left, right);
    return is_shift(node.op) ? check_shift(node) : Result<>{};
  }

  // The shell removes the quotes of skb->dev->name == "eth0".
  Result<> check_right(Node& node) {
    auto checked = check(*node.right);
    const Type& left = node.left->type;
    const bool is_text = left.is_array() && types_.target_of(left).is_char;
    if (!checked && node.right->kind == NodeKind::Constant && is_text)
      checked.error().what += fmt::format("; a text needs double quotes: \"{}\"", node.right->name);
    return checked;
  }

  Result<> check_shift(const Node& node) {
    const Node& count = *node.right;
    const uint64_t bits = uint64_t{node.type.bytes} * 8;
    if (count.kind != NodeKind::Constant || count.constant.value < bits) return {};
    return error_at(count.at, fmt::format("a number of {} bits cannot be shifted by {}", bits,
                                          count.constant.value));
  }

  Result<> check_pointer_sum(Node& node, const Type& left, const Type& right) {
    if (left.is_pointer() && right.is_pointer()) {
      if (node.op == Op::Add) return error_at(node.at, "two pointers cannot be added");
      if (step_of(left) != step_of(right))
        return error_at(node.at, fmt::format("pointers to different types cannot be subtracted"));
      node.type = integer_type(kLongBytes, true);
      return need_size_or_void(node.at, left);
    }
    if (right.is_pointer()) {
      if (node.op == Op::Subtract)
        return error_at(node.at, "a pointer cannot be subtracted from a number");
      std::swap(node.left, node.right);
    }
    node.type = left.is_pointer() ? left : right;
    PWRU_TRY(need_number(*node.right));
    return need_size_or_void(node.at, node.type);
  }

  uint32_t step_of(const Type& pointer) const { return types_.target_of(pointer).bytes; }

  Result<> need_size_or_void(size_t at, const Type& pointer) {
    if (types_.target_of(pointer).kind == Type::Kind::Void) return {};
    return need_size(at, pointer);
  }

  Result<> check_literal(Node& node) {
    if (is_literal(*node.left))
      return error_at(node.left->at, "one side of the comparison must be a member");
    PWRU_TRY(check(*node.left));
    node.type = integer_type(kIntBytes, true);
    return node.right->kind == NodeKind::String ? check_string(node) : check_address(node);
  }

  Result<> check_string(Node& node) {
    const Type& type = node.left->type;
    const bool is_array = type.is_array() && node.left->is_place;
    const bool is_text = (is_array || type.is_pointer()) && types_.target_of(type).is_integer() &&
                         types_.target_of(type).bytes == 1;
    if (is_text) return check_length(*node.right, is_array ? type.count : kMaxPattern);
    return error_at(node.at, fmt::format("{} cannot be compared with a string: it is neither an "
                                         "array of characters nor a pointer to them",
                                         types_.describe(type)));
  }

  static Result<> check_length(const Node& string, uint32_t room) {
    size_t length = 0;
    for (const std::string& piece : string.pattern.pieces) length += piece.size();
    const size_t longest = std::min<size_t>(room, kMaxPattern);
    if (length <= longest) return {};
    return error_at(string.at, fmt::format("the string has {} characters; what it is compared with "
                                           "has room for {}",
                                           length, longest));
  }

  // In memory an address is its bytes, whatever their type. A number in the byte order of the host
  // is not an address.
  Result<> check_address(Node& node) {
    const Type& type = node.left->type;
    const Address& address = node.right->address;
    const bool is_number = type.is_integer() && !type.is_big_endian;
    if (!node.left->is_place || type.bits || is_number || type.is_pointer())
      return error_at(node.at,
                      fmt::format("{} is no address; cast a pointer to it, to (__be32 *) or "
                                  "(struct in6_addr *)",
                                  types_.describe(type)));
    if (type.bytes == address.size) return {};
    return error_at(node.at,
                    fmt::format("{} has {} bytes, the address {} has {}", types_.describe(type),
                                type.bytes, node.right->name, address.size));
  }

  Result<> check_cast(Node& node) {
    PWRU_TRY(check(*node.left));
    auto type = types_.named(node.type_name);
    if (!type) return error_at(node.at, type.error().what);
    if (!type->is_scalar())
      return error_at(node.at, fmt::format("nothing can be cast to {}; cast a pointer instead",
                                           types_.describe(*type)));
    node.type = *type;
    return check_condition(*node.left, types_);
  }

  const Types& types_;
  const Root& root_;
};

}  // namespace

Result<> check(Node& tree, const Types& types, const Root& root) {
  return Checker(types, root).check(tree);
}

Result<> check_condition(const Node& tree, const Types& types) {
  if (decayed(tree.type, types).is_scalar()) return {};
  return error_at(tree.at,
                  fmt::format("{} is neither a number nor a pointer; name one of its members",
                              types.describe(tree.type)));
}

Type promoted(const Type& type) {
  const bool is_narrow = type.bytes < kIntBytes || (type.bits && type.bits < 8 * kIntBytes);
  if (is_narrow) return integer_type(kIntBytes, true);
  return integer_type(type.bytes, type.is_signed);
}

Type common(const Type& left, const Type& right) {
  const Type a = promoted(left), b = promoted(right);
  if (a.bytes != b.bytes) return a.bytes > b.bytes ? a : b;
  return a.is_signed ? b : a;
}

Type decayed(const Type& type, const Types& types) {
  return type.is_array() ? types.pointer_to(type.target) : type;
}

}  // namespace pwru::expr
