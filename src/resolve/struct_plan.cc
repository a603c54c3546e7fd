// SPDX-License-Identifier: Apache-2.0
#include "resolve/struct_plan.h"

#include <fmt/core.h>

#include "kernel/btf/btf_layout.h"
#include "resolve/type_name.h"

namespace pwru::resolve {
namespace {

using kernel::Btf;
using Kind = PlannedType::Kind;

constexpr uint32_t kMostBits = 64;

bool is_number(uint64_t bytes) { return bytes > 0 && bytes <= sizeof(uint64_t); }

class Planner {
 public:
  explicit Planner(const Btf& btf) : btf_(btf) {}

  Result<StructPlan> plan(uint32_t id, bool has_binary_chars) {
    PWRU_ASSIGN(plan_.root, type(id, 0));
    if (has_binary_chars) show_bytes_as_words();
    return std::move(plan_);
  }

 private:
  // The index of the type with this id, as it is declared: two typedefs are two types.
  Result<uint32_t> type(uint32_t id, unsigned depth) {
    constexpr unsigned kDeepest = 64;
    if (depth > kDeepest)
      return fail(fmt::format("print a struct: its BTF is damaged, type {} never ends", id));
    if (const auto known = known_.find(id); known != known_.end()) return known->second;
    PlannedType planned;
    planned.cast = fmt::format("({})", type_name(btf_, id));
    PWRU_TRY(fill(planned, btf_.resolve(id), depth));
    plan_.types.push_back(std::move(planned));
    const auto index = static_cast<uint32_t>(plan_.types.size() - 1);
    known_.emplace(id, index);
    return index;
  }

  Result<> fill(PlannedType& planned, uint32_t id, unsigned depth) {
    const btf_type& t = btf_.type(id);
    planned.bytes = t.size;
    switch (btf_.kind(id)) {
      case BTF_KIND_INT: {
        const uint32_t encoding = BTF_INT_ENCODING(kernel::int_word(btf_, id));
        planned.kind = is_number(t.size) ? Kind::Integer : Kind::Wide;
        planned.is_signed = (encoding & BTF_INT_SIGNED) != 0;
        planned.is_char = t.size == 1 && (btf_.is_named(id, "char") || encoding & BTF_INT_CHAR);
        return {};
      }
      case BTF_KIND_ENUM:
      case BTF_KIND_ENUM64:
        fill_enum(planned, id);
        return {};
      case BTF_KIND_PTR:
        planned.kind = Kind::Pointer;
        planned.bytes = sizeof(uint64_t);
        return {};
      case BTF_KIND_FLOAT:
        planned.kind = Kind::Float;
        return {};
      case BTF_KIND_ARRAY:
        return fill_array(planned, *btf_.array(id), depth);
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION:
        planned.kind = Kind::Record;
        planned.is_union = btf_.kind(id) == BTF_KIND_UNION;
        for (const btf_member& member : btf_.members(id)) {
          const kernel::MemberPlace place = kernel::place_of(btf_, id, member);
          PWRU_TRY(add_member(planned, btf_.string_at(member.name_off), member.type,
                              place.bit_offset, place.bits, depth));
        }
        return {};
      case BTF_KIND_DATASEC:
        planned.kind = Kind::Record;
        for (const btf_var_secinfo& variable : btf_.variables(id))
          PWRU_TRY(add_member(planned, btf_.name(variable.type), btf_.type(variable.type).type,
                              uint64_t{variable.offset} * 8, 0, depth));
        return {};
      default:
        planned.bytes = 0;
        return {};
    }
  }

  Result<> fill_array(PlannedType& planned, const btf_array& array, unsigned depth) {
    planned.kind = Kind::Array;
    planned.count = array.nelems;
    PWRU_ASSIGN(planned.element, type(array.type, depth + 1));
    planned.bytes = plan_.types[planned.element].bytes * planned.count;
    return {};
  }

  Result<> add_member(PlannedType& record, std::string_view name, uint32_t id, uint64_t bit_offset,
                      uint32_t bits, unsigned depth) {
    PlannedMember member;
    if (!name.empty()) member.label = fmt::format(".{} = ", printable_name(name));
    PWRU_ASSIGN(member.type, type(id, depth + 1));
    member.bit_offset = bit_offset;
    const Kind kind = plan_.types[member.type].kind;
    if (bits <= kMostBits && (kind == Kind::Integer || kind == Kind::Enum)) member.bits = bits;
    record.members.push_back(std::move(member));
    return {};
  }

  void fill_enum(PlannedType& planned, uint32_t id) {
    planned.kind = is_number(planned.bytes) ? Kind::Enum : Kind::Wide;
    planned.is_signed = kernel::is_signed_enum(btf_, id);
    // Their 32 bits may stand for a value of 64.
    for (const btf_enum& e : btf_.enumerators(id))
      planned.values.emplace_back(static_cast<uint64_t>(int64_t{e.val}),
                                  printable_name(btf_.string_at(e.name_off)));
    for (const btf_enum64& e : btf_.enumerators64(id))
      planned.values.emplace_back(uint64_t{e.val_hi32} << 32 | e.val_lo32,
                                  printable_name(btf_.string_at(e.name_off)));
  }

  void show_bytes_as_words() {
    std::vector<std::pair<size_t, PlannedType>> changed;
    auto& members = plan_.types[plan_.root].members;
    for (size_t n = 0; n < members.size(); n++) {
      const PlannedType& array = plan_.types[members[n].type];
      if (array.kind != Kind::Array || array.bytes == 0 || array.bytes % sizeof(uint32_t) != 0)
        continue;
      const PlannedType& byte = plan_.types[array.element];
      if (byte.kind == Kind::Integer && byte.bytes == 1) changed.emplace_back(n, array);
    }
    if (changed.empty()) return;
    PlannedType word;
    word.kind = Kind::Integer;
    word.bytes = sizeof(uint32_t);
    word.cast = "(unsigned int)";
    plan_.types.push_back(word);
    const auto word_index = static_cast<uint32_t>(plan_.types.size() - 1);
    for (auto& [member, array] : changed) {
      array.element = word_index;
      array.count = static_cast<uint32_t>(array.bytes / sizeof(uint32_t));
      array.cast = fmt::format("(unsigned int[{}])", array.count);
      plan_.types.push_back(std::move(array));
      plan_.types[plan_.root].members[member].type = static_cast<uint32_t>(plan_.types.size() - 1);
    }
  }

  const Btf& btf_;
  StructPlan plan_;
  std::unordered_map<uint32_t, uint32_t> known_;  // by BTF id
};

}  // namespace

Result<StructPlan> plan_struct(const kernel::Btf& btf, uint32_t type_id, bool has_binary_chars) {
  return Planner(btf).plan(type_id, has_binary_chars);
}

}  // namespace pwru::resolve
