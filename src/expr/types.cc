// SPDX-License-Identifier: Apache-2.0
#include "expr/types.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/strings.h"
#include "expr/parser.h"
#include "kernel/btf/btf_layout.h"

namespace pwru::expr {
namespace {

using kernel::Btf;

constexpr int kMaxTypedefs = 32;
constexpr uint32_t kPointerBytes = 8;
constexpr std::array<std::string_view, 4> kBigEndian = {"__be16", "__be32", "__be64", "__sum16"};

Type of_int(const Btf& btf, uint32_t id) {
  const uint32_t encoding = BTF_INT_ENCODING(kernel::int_word(btf, id));
  Type result = integer_type(btf.type(id).size, (encoding & BTF_INT_SIGNED) != 0);
  result.is_bool = (encoding & BTF_INT_BOOL) != 0;
  result.is_char = btf.is_named(id, "char");
  return result;
}

int64_t value_of(const btf_enum64& e) {
  return static_cast<int64_t>(uint64_t{e.val_hi32} << 32 | e.val_lo32);
}

// In C an enumerator has the type int, if int can hold its value.
Type type_of_value(int64_t value, uint32_t enum_id, bool is_signed) {
  const bool is_int = value >= INT32_MIN && value <= INT32_MAX;
  Type type = is_int ? integer_type(4, true)
                     : integer_type(value > UINT32_MAX || value < 0 ? 8 : 4, is_signed);
  type.enum_id = enum_id;
  return type;
}

std::string_view tag_of(uint32_t kind) {
  return kind == BTF_KIND_UNION ? "union " : kind == BTF_KIND_STRUCT ? "struct " : "";
}

// Collects the members of a struct, with those of the anonymous structs inside it.
void collect_names(const Btf& btf, uint32_t record, std::vector<std::string>& names) {
  for (const btf_member& member : btf.members(record)) {
    const std::string_view name = btf.string_at(member.name_off);
    if (name.empty())
      collect_names(btf, btf.resolve(member.type), names);
    else
      names.emplace_back(name);
  }
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates) {
  const std::string nearest = nearest_name(name, candidates);
  return nearest.empty() ? "" : fmt::format("; did you mean \"{}\"?", nearest);
}

// `base` is the bit at which the record begins.
FieldPlace place_of(const Btf& btf, uint32_t record, const btf_member& member, uint32_t base) {
  const kernel::MemberPlace place = kernel::place_of(btf, record, member);
  const auto offset = static_cast<uint32_t>(place.bit_offset) + base;
  return {offset / 8, place.bits ? offset % 8 : 0, place.bits};
}

// A value has at most 64 bits and is read from eight bytes. A packed bit-field may lie in nine.
Field make_field(const FieldPlace& place, Type type) {
  type.bits = place.bits;
  if (place.shift + place.bits > 64) type.kind = Type::Kind::Other;
  return {place, type};
}

struct Found {
  FieldPlace place;
  uint32_t type = 0;
};

std::optional<Found> find_field(const Btf& btf, uint32_t record, std::string_view name,
                                uint32_t base) {
  for (const btf_member& member : btf.members(record)) {
    const FieldPlace place = place_of(btf, record, member, base);
    const std::string_view member_name = btf.string_at(member.name_off);
    if (member_name == name) return Found{place, member.type};
    if (!member_name.empty() || place.bits) continue;
    if (const auto inner = find_field(btf, btf.resolve(member.type), name, place.byte * 8))
      return inner;
  }
  return std::nullopt;
}

}  // namespace

Type integer_type(uint32_t bytes, bool is_signed) {
  Type type;
  type.kind = Type::Kind::Integer;
  type.bytes = bytes;
  type.is_signed = is_signed;
  return type;
}

// The definition of a struct that was found as a forward declaration.
uint32_t Types::complete(uint32_t id) const {
  if (btf_.kind(id) != BTF_KIND_FWD) return id;
  const bool is_union = BTF_INFO_KFLAG(btf_.type(id).info) != 0;
  const uint32_t defined = btf_.find(btf_.name(id), is_union ? BTF_KIND_UNION : BTF_KIND_STRUCT);
  return defined ? defined : id;
}

Type Types::of(uint32_t declared) const {
  Type type;
  bool is_big_endian = false;
  uint32_t id = declared;
  for (int i = 0; i < kMaxTypedefs && btf_.kind(id) == BTF_KIND_TYPEDEF; i++) {
    const std::string_view name = btf_.name(id);
    is_big_endian |= std::find(kBigEndian.begin(), kBigEndian.end(), name) != kBigEndian.end();
    id = btf_.type(id).type;
  }
  // Qualifiers may stand outside a typedef or inside it.
  const uint32_t inner = btf_.resolve(id);
  if (inner != id && !is_big_endian) {
    for (uint32_t at = id; at != inner; at = btf_.type(at).type)
      is_big_endian |=
          btf_.kind(at) == BTF_KIND_TYPEDEF &&
          std::find(kBigEndian.begin(), kBigEndian.end(), btf_.name(at)) != kBigEndian.end();
  }
  id = complete(inner);
  const btf_type& t = btf_.type(id);
  switch (btf_.kind(id)) {
    case BTF_KIND_INT:
      type = of_int(btf_, id);
      if (type.bytes > 8) type.kind = Type::Kind::Other;
      type.is_big_endian = is_big_endian;
      break;
    case BTF_KIND_ENUM:
      type = integer_type(t.size, kernel::is_signed_enum(btf_, id));
      type.enum_id = id;
      break;
    case BTF_KIND_ENUM64:
      type = integer_type(t.size, BTF_INFO_KFLAG(t.info) != 0);
      type.enum_id = id;
      break;
    case BTF_KIND_PTR:
      type = pointer_to(t.type);
      break;
    case BTF_KIND_ARRAY:
      type.kind = Type::Kind::Array;
      type.target = btf_.array(id)->type;
      type.count = btf_.array(id)->nelems;
      type.bytes = type.count * of(type.target).bytes;
      break;
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
      type.kind = Type::Kind::Record;
      type.bytes = t.size;
      break;
    case BTF_KIND_UNKN:
      break;
    default:
      type.kind = Type::Kind::Other;
  }
  type.id = type.kind == Type::Kind::Record ? id : declared;
  return type;
}

Type Types::pointer_to(uint32_t id) const {
  Type type;
  type.kind = Type::Kind::Pointer;
  type.bytes = kPointerBytes;
  type.levels = 1;
  type.target = id;
  return type;
}

std::optional<Type> Types::address_of(const Type& type) const {
  if (type.is_pointer() && !type.id) {
    Type pointer = type;
    pointer.levels++;
    if (pointer.levels > Type::kMaxLevels) return std::nullopt;
    return pointer;
  }
  if (!type.id) return std::nullopt;
  return pointer_to(type.id);
}

Type Types::target_of(const Type& type) const {
  if (type.is_array() || type.levels == 1) return of(type.target);
  Type inner = type;
  inner.levels--;
  return inner;
}

Result<Field> Types::field(const Type& record, std::string_view name) const {
  if (const auto found = find_field(btf_, record.id, name, 0))
    return make_field(found->place, of(found->type));
  std::vector<std::string> names;
  collect_names(btf_, record.id, names);
  return fail(
      fmt::format("{} has no member \"{}\"{}", describe(record), name, did_you_mean(name, names)));
}

void Types::each_field(
    const Type& record,
    const std::function<void(std::string_view name, const Field&)>& visit) const {
  for (const btf_member& member : btf_.members(record.id)) {
    visit(btf_.string_at(member.name_off),
          make_field(place_of(btf_, record.id, member, 0), of(member.type)));
  }
}

Result<std::pair<int64_t, Type>> Types::enumerator(std::string_view name) const {
  std::optional<std::pair<int64_t, Type>> found;
  bool is_ambiguous = false;
  const auto add = [&](int64_t value, uint32_t id, bool is_signed) {
    is_ambiguous |= found && found->first != value;
    if (!found) found = {value, type_of_value(value, id, is_signed)};
  };
  for (uint32_t id = 1; id < btf_.end_id(); id++) {
    for (const btf_enum& e : btf_.enumerators(id)) {
      if (btf_.string_at(e.name_off) != name) continue;
      const bool is_signed = kernel::is_signed_enum(btf_, id);
      add(is_signed ? e.val : static_cast<int64_t>(static_cast<uint32_t>(e.val)), id, is_signed);
    }
    for (const btf_enum64& e : btf_.enumerators64(id)) {
      if (btf_.string_at(e.name_off) == name)
        add(value_of(e), id, BTF_INFO_KFLAG(btf_.type(id).info) != 0);
    }
  }
  if (!found)
    return fail(fmt::format(
        "\"{}\" is neither skb, xdp nor a constant of any enum of this kernel{}", name, searched_));
  if (is_ambiguous)
    return fail(fmt::format(
        "\"{}\" has different values in several enums of this kernel; write the number", name));
  return *found;
}

std::string_view Types::enumerator_name(uint32_t enum_id, int64_t value) const {
  for (const btf_enum& e : btf_.enumerators(enum_id)) {
    if (e.val == static_cast<int32_t>(value)) return btf_.string_at(e.name_off);
  }
  for (const btf_enum64& e : btf_.enumerators64(enum_id)) {
    if (value_of(e) == value) return btf_.string_at(e.name_off);
  }
  return "";
}

bool Types::is_type_name(std::string_view name) const {
  return btf_.find(name, BTF_KIND_TYPEDEF) != 0 || btf_.find(name, BTF_KIND_INT) != 0;
}

uint32_t Types::integer_id(uint32_t bytes, bool is_signed, bool is_bool, bool is_char) const {
  for (uint32_t id = 1; id < btf_.end_id(); id++) {
    if (btf_.kind(id) != BTF_KIND_INT || btf_.type(id).size != bytes) continue;
    const Type type = of_int(btf_, id);
    if (type.is_signed == is_signed && type.is_bool == is_bool && type.is_char == is_char)
      return id;
  }
  return 0;
}

// C allows the words of a basic type in any order: "long unsigned int".
Result<Type> Types::basic(std::string_view words) const {
  const std::string all = fmt::format(" {} ", words);
  const auto has = [&](std::string_view word) {
    return all.find(fmt::format(" {} ", word)) != std::string::npos;
  };
  if (has("void")) return Type{};
  const bool is_unsigned = has("unsigned"), is_bool = has("bool") || has("_Bool");
  const bool is_plain_char = has("char") && !is_unsigned && !has("signed");
  if (is_plain_char) {
    if (const uint32_t id = btf_.find("char", BTF_KIND_INT)) return of(id);
  }
  const uint32_t bytes = has("char") || is_bool ? 1 : has("short") ? 2 : has("long") ? 8 : 4;
  const bool is_signed = !is_unsigned && !is_bool;
  Type type = integer_type(bytes, is_signed);
  type.is_bool = is_bool;
  type.is_char = is_plain_char;
  type.id = integer_id(bytes, is_signed, is_bool, is_plain_char);
  return type;
}

Result<uint32_t> Types::tagged(const TypeName& name) const {
  std::vector<uint32_t> kinds = {BTF_KIND_TYPEDEF, BTF_KIND_INT};
  if (name.tag == "struct") kinds = {BTF_KIND_STRUCT};
  if (name.tag == "union") kinds = {BTF_KIND_UNION};
  if (name.tag == "enum") kinds = {BTF_KIND_ENUM, BTF_KIND_ENUM64};
  for (const uint32_t kind : kinds) {
    if (const uint32_t id = btf_.find(name.name, kind)) return id;
  }
  std::vector<std::string> names;
  for (uint32_t id = 1; id < btf_.end_id(); id++) {
    if (std::find(kinds.begin(), kinds.end(), btf_.kind(id)) != kinds.end())
      names.emplace_back(btf_.name(id));
  }
  return fail(fmt::format("this kernel has no type \"{}{}{}\"{}{}", name.tag,
                          name.tag.empty() ? "" : " ", name.name, did_you_mean(name.name, names),
                          searched_));
}

Result<Type> Types::named(const TypeName& name) const {
  const std::string_view first = std::string_view(name.name).substr(0, name.name.find(' '));
  Type type;
  if (name.tag.empty() && is_basic_type_word(first)) {
    PWRU_ASSIGN(type, basic(name.name));
  } else {
    PWRU_ASSIGN(const uint32_t id, tagged(name));
    type = of(id);
    type.id = id;
  }
  if (!name.stars) return type;
  if (!type.id && type.kind != Type::Kind::Void)
    return fail(fmt::format("this kernel's BTF has no type \"{}\" to point to", name.name));
  Type pointer = pointer_to(type.id);
  pointer.levels = name.stars;
  return pointer;
}

std::string Types::describe(const Type& type) const {
  if (type.is_pointer()) return describe(of(type.target)) + " " + std::string(type.levels, '*');
  if (type.is_array()) return fmt::format("{}[{}]", describe(of(type.target)), type.count);
  if (type.id && !btf_.name(type.id).empty())
    return fmt::format("{}{}", tag_of(btf_.kind(type.id)), btf_.name(type.id));
  if (type.is_integer())
    return fmt::format("{}{}", type.is_signed ? "" : "unsigned ", type.bytes == 8 ? "long" : "int");
  if (type.kind == Type::Kind::Record)
    return fmt::format("an anonymous {}", tag_of(btf_.kind(type.id)));
  return type.kind == Type::Kind::Void ? "void" : "a type of no name";
}

}  // namespace pwru::expr
