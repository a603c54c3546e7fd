// SPDX-License-Identifier: Apache-2.0
#include "kernel/btf/btf_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <string>
#include <unordered_map>
#include <vector>

#include "kernel/btf/btf_layout.h"

namespace pwru::kernel {
namespace {

constexpr uint32_t kPointerBytes = 8;
// No type may be nested deeper than this, counted from any type, so that code that walks types may
// recurse. The kernel's MAX_RESOLVE_DEPTH is 32, counted from wherever its check happens to begin.
constexpr uint32_t kDeepest = 64;
// Btf::resolve() gives up after this many.
constexpr uint32_t kMostModifiers = 31;
// The members of a struct, with those of the structs inside it. Nested doubling (a struct that has
// the same struct twice, which has the same struct twice, ..) would keep a walk busy for ever.
// Structs of real kernels have less than 10,000.
constexpr uint64_t kMostMembers = 1 << 20;

// What is known of a type once everything that it contains is known.
struct Shape {
  enum class State : uint8_t { New, Open, Done };
  State state = State::New;
  bool has_size = false;     // false for void, functions and types that are only declared
  bool is_part_int = false;  // an integer with fewer bits than its bytes have
  uint8_t depth = 0;         // of nesting inside the type
  uint8_t modifiers = 0;     // how many the type begins with
  uint32_t members = 1;
  uint32_t bytes = 0;
};

bool is_modifier(uint32_t kind) {
  return kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE ||
         kind == BTF_KIND_RESTRICT || kind == BTF_KIND_TYPE_TAG;
}

class Checker {
 public:
  explicit Checker(const Btf& btf) : btf_(btf), shapes_(btf.end_id() - btf.first_id()) {}

  Result<> check() {
    for (uint32_t id = btf_.first_id(); id < btf_.end_id(); id++)
      if (!shape_of(id, 0) || !check_references(id))
        return fail(fmt::format("parse BTF: type {} {}", wrong_id_, wrong_));
    return {};
  }

 private:
  bool wrong(uint32_t id, const char* why) {
    wrong_id_ = id;
    wrong_ = why;
    return false;
  }

  Shape& slot(uint32_t id) {
    return id < btf_.first_id() ? base_shapes_[id] : shapes_[id - btf_.first_id()];
  }

  // Null when the type is wrong. `depth` is how many types are open around it.
  const Shape* shape_of(uint32_t id, uint32_t depth) {
    Shape& shape = slot(id);
    if (shape.state == Shape::State::Done) return &shape;
    if (shape.state == Shape::State::Open) {
      wrong(id, "contains itself");
      return nullptr;
    }
    shape.state = Shape::State::Open;
    if (depth <= kDeepest && !look_at(id, depth, shape)) return nullptr;
    if (depth > kDeepest || shape.depth > kDeepest) {
      wrong(id, "is nested too deeply");
      return nullptr;
    }
    shape.state = Shape::State::Done;
    return &shape;
  }

  bool look_at(uint32_t id, uint32_t depth, Shape& shape) {
    const btf_type& type = btf_.type(id);
    const uint32_t kind = BTF_INFO_KIND(type.info);
    if (is_modifier(kind)) return look_at_modifier(id, depth, shape);
    shape.has_size = true;
    shape.bytes = type.size;
    switch (kind) {
      case BTF_KIND_INT:
        shape.is_part_int = BTF_INT_BITS(int_word(btf_, id)) != type.size * 8;
        return check_int(id);
      case BTF_KIND_ENUM:
      case BTF_KIND_ENUM64:
        return (type.size <= 8 && std::has_single_bit(type.size)) ||
               wrong(id, "is an enum of an impossible size");
      case BTF_KIND_FLOAT:
        return type.size == 12 ||
               (type.size >= 2 && type.size <= 16 && std::has_single_bit(type.size)) ||
               wrong(id, "is a floating-point number of an impossible size");
      case BTF_KIND_PTR:
        shape.bytes = kPointerBytes;
        return true;
      case BTF_KIND_ARRAY:
        return look_at_array(id, depth, shape);
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION:
        return look_at_record(id, depth, shape);
      default:
        shape.has_size = false;
        return true;
    }
  }

  bool look_at_modifier(uint32_t id, uint32_t depth, Shape& shape) {
    const Shape* const inner = shape_of(btf_.type(id).type, depth + 1);
    if (!inner) return false;
    shape = *inner;
    shape.depth++;
    shape.modifiers++;
    return shape.modifiers <= kMostModifiers || wrong(id, "is a chain of too many types");
  }

  bool look_at_array(uint32_t id, uint32_t depth, Shape& shape) {
    const btf_array& array = *btf_.array(id);
    const Shape* const inner = shape_of(array.type, depth + 1);
    if (!inner) return false;
    if (!inner->has_size) return wrong(id, "is an array of something that has no size");
    const uint64_t bytes = uint64_t{inner->bytes} * array.nelems;
    shape.depth = static_cast<uint8_t>(inner->depth + 1);
    shape.members = inner->members;
    shape.bytes = static_cast<uint32_t>(bytes);
    return bytes <= UINT32_MAX || wrong(id, "is an array of more than 4 GiB");
  }

  bool look_at_record(uint32_t id, uint32_t depth, Shape& shape) {
    uint64_t members = 0;
    for (const btf_member& member : btf_.members(id)) {
      const Shape* const inner = shape_of(member.type, depth + 1);
      if (!inner || !check_member(id, member, *inner)) return false;
      shape.depth = std::max(shape.depth, static_cast<uint8_t>(inner->depth + 1));
      members += inner->members;
    }
    shape.members = static_cast<uint32_t>(std::clamp<uint64_t>(members, 1, UINT32_MAX));
    return members <= kMostMembers || wrong(id, "has too many members");
  }

  // The rules of the kernel's btf_int_check_meta().
  bool check_int(uint32_t id) {
    constexpr uint32_t kLargest = 16;
    const uint32_t bytes = btf_.type(id).size;
    const uint32_t word = int_word(btf_, id);
    if (bytes > kLargest || !std::has_single_bit(bytes))
      return wrong(id, "is an integer of an impossible size");
    if (BTF_INT_BITS(word) == 0 || BTF_INT_OFFSET(word) + BTF_INT_BITS(word) > bytes * 8)
      return wrong(id, "is an integer that does not fit its bytes");
    const uint32_t encoding = BTF_INT_ENCODING(word);
    return encoding == 0 || encoding == BTF_INT_SIGNED || encoding == BTF_INT_CHAR ||
           encoding == BTF_INT_BOOL || wrong(id, "is an integer of an unknown encoding");
  }

  bool check_member(uint32_t record, const btf_member& member, const Shape& inner) {
    constexpr uint32_t kWidest = 64;
    const btf_type& type = btf_.type(record);
    MemberPlace place = {member.offset, 0};
    if (BTF_INFO_KFLAG(type.info) || inner.is_part_int) place = place_of(btf_, record, member);
    const uint64_t bits = place.bits ? place.bits : uint64_t{inner.bytes} * 8;
    if (!inner.has_size) return wrong(record, "has a member of a type that has no size");
    // Before pahole 1.12 the offset of a bit-field could stand in its type.
    if (BTF_INFO_KIND(type.info) == BTF_KIND_UNION && place.bit_offset && member.offset & 0xffffff)
      return wrong(record, "is a union with a member that is not at its start");
    if (place.bit_offset + bits > uint64_t{type.size} * 8)
      return wrong(record, "has a member that reaches past its end");
    if (!place.bits)
      return place.bit_offset % 8 == 0 || wrong(record, "has a member that begins inside a byte");
    const uint32_t kind = btf_.kind(btf_.resolve(member.type));
    if (kind != BTF_KIND_INT && kind != BTF_KIND_ENUM && kind != BTF_KIND_ENUM64)
      return wrong(record, "has a bit-field that is no integer");
    return (place.bits <= kWidest && place.bits <= inner.bytes * 8) ||
           wrong(record, "has a bit-field that is wider than its type or than 64 bits");
  }

  // Checks what a type refers to without containing it.
  bool check_references(uint32_t id) {
    const btf_type& type = btf_.type(id);
    switch (BTF_INFO_KIND(type.info)) {
      case BTF_KIND_PTR:
        return check_pointer(id);
      case BTF_KIND_FUNC:
        return btf_.kind(type.type) == BTF_KIND_FUNC_PROTO ||
               wrong(id, "is a function without a prototype");
      case BTF_KIND_DATASEC:
        for (const btf_var_secinfo& variable : btf_.variables(id))
          if (btf_.kind(variable.type) != BTF_KIND_VAR)
            return wrong(id, "is a data section with an entry that is no variable");
        return true;
      default:
        return true;
    }
  }

  // A chain of pointers ends at a struct, because a struct may point to itself.
  bool check_pointer(uint32_t id) {
    uint32_t at = id;
    for (uint32_t steps = 0; steps <= kDeepest; steps++) {
      const btf_type& type = btf_.type(at);
      const uint32_t kind = BTF_INFO_KIND(type.info);
      if (kind == BTF_KIND_ARRAY)
        at = btf_.array(at)->type;
      else if (kind == BTF_KIND_PTR || is_modifier(kind))
        at = type.type;
      else
        return true;
    }
    return wrong(id, "is a pointer that leads to no end");
  }

  const Btf& btf_;
  std::vector<Shape> shapes_;
  std::unordered_map<uint32_t, Shape> base_shapes_;
  uint32_t wrong_id_ = 0;
  const char* wrong_ = "";
};

}  // namespace

Result<> check_types(const Btf& btf) { return Checker(btf).check(); }

// The kernel requires identifiers of C. Identifiers of Rust have more characters.
Result<> check_names(std::string_view strings) {
  const bool is_printable = std::all_of(strings.begin(), strings.end(),
                                        [](char c) { return c == '\0' || (c >= ' ' && c <= '~'); });
  if (!is_printable) return fail("parse BTF: a name has a character that is not printable ASCII");
  return {};
}

}  // namespace pwru::kernel
