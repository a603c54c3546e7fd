// SPDX-License-Identifier: Apache-2.0
#include "kernel/btf/btf_stack.h"

#include <cstring>
#include <string>

namespace pwru::kernel {
namespace {

// Rewrites split BTF for a larger base that begins with its own base.
class Renumbering {
 public:
  Renumbering(const Btf& split, const Btf& from, const Btf& to)
      : split_(split), from_(from), to_(to), bytes_(split.raw()) {}

  std::string bytes() {
    for (uint32_t id = split_.first_id(); id < split_.end_id(); id++) renumber(id);
    return std::move(bytes_);
  }

 private:
  // Variables and their sections are not renumbered, because nothing here reads them.
  void renumber(uint32_t id) {
    const btf_type& type = split_.type(id);
    move_string(type.name_off);
    if (split_.has_target(id)) move_id(type.type);
    for (const btf_member& member : split_.members(id)) {
      move_string(member.name_off);
      move_id(member.type);
    }
    for (const btf_param& param : split_.params(id)) {
      move_string(param.name_off);
      move_id(param.type);
    }
    for (const btf_enum& e : split_.enumerators(id)) move_string(e.name_off);
    for (const btf_enum64& e : split_.enumerators64(id)) move_string(e.name_off);
    if (const btf_array* array = split_.array(id)) {
      move_id(array->type);
      move_id(array->index_type);
    }
  }

  void move_id(const uint32_t& id) { move(id, from_.end_id(), to_.end_id()); }
  void move_string(const uint32_t& at) { move(at, from_.end_string(), to_.end_string()); }

  // `field` must lie in the bytes of `split_`.
  void move(const uint32_t& field, uint32_t from, uint32_t to) {
    if (field < from) return;
    const uint32_t moved = field - from + to;
    const auto at = reinterpret_cast<const char*>(&field) - split_.raw().data();
    std::memcpy(bytes_.data() + at, &moved, sizeof(moved));
  }

  const Btf& split_;
  const Btf& from_;
  const Btf& to_;
  std::string bytes_;
};

}  // namespace

Result<> BtfStack::add(const Btf& module) {
  PWRU_ASSIGN(auto layer, Btf::parse(Renumbering(module, *vmlinux_, all()).bytes(), &all(),
                                     Btf::Origin::Kernel));
  layers_.push_back(std::move(layer));
  return {};
}

}  // namespace pwru::kernel
