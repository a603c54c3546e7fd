// SPDX-License-Identifier: Apache-2.0
#include "kernel/btf/btf_layout.h"

#include <algorithm>
#include <cstring>

namespace pwru::kernel {

uint32_t int_word(const Btf& btf, uint32_t id) {
  if (btf.kind(id) != BTF_KIND_INT) return 0;
  uint32_t word = 0;
  std::memcpy(&word, &btf.type(id) + 1, sizeof(word));
  return word;
}

// Before pahole 1.24 BTF does not say whether an enum is signed. The values, 32 bits each, must
// tell: -1 is negative, 0x80000000 is a flag.
bool is_signed_enum(const Btf& btf, uint32_t enum_id) {
  constexpr int32_t kLeastNegative = -(1 << 24);
  if (BTF_INFO_KFLAG(btf.type(enum_id).info)) return true;
  const auto values = btf.enumerators(enum_id);
  return std::any_of(values.begin(), values.end(),
                     [](const btf_enum& e) { return e.val < 0 && e.val > kLeastNegative; });
}

// The width of a bit-field stands in the member (kind_flag) or, before pahole 1.12, in its type.
MemberPlace place_of(const Btf& btf, uint32_t struct_id, const btf_member& member) {
  if (BTF_INFO_KFLAG(btf.type(struct_id).info))
    return {BTF_MEMBER_BIT_OFFSET(member.offset), BTF_MEMBER_BITFIELD_SIZE(member.offset)};
  const uint32_t id = btf.resolve(member.type);
  const uint32_t word = int_word(btf, id);
  MemberPlace place = {member.offset, 0};
  if (word && BTF_INT_BITS(word) != btf.type(id).size * 8) {
    place.bits = BTF_INT_BITS(word);
    place.bit_offset += BTF_INT_OFFSET(word);
  }
  return place;
}

std::optional<uint16_t> byte_offset_of(const Btf& btf, std::string_view record,
                                       std::string_view member) {
  const uint32_t id = btf.find(record, BTF_KIND_STRUCT);
  const auto members = btf.members(id);
  const auto found = std::find_if(members.begin(), members.end(), [&](const btf_member& m) {
    return btf.string_at(m.name_off) == member;
  });
  if (found == members.end()) return std::nullopt;
  const MemberPlace place = place_of(btf, id, *found);
  const uint64_t byte = place.bit_offset / 8;
  if (place.bit_offset % 8 || byte > UINT16_MAX) return std::nullopt;
  return static_cast<uint16_t>(byte);
}

}  // namespace pwru::kernel
