// SPDX-License-Identifier: Apache-2.0
// Where a value is in memory, according to BTF.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kernel/btf/btf.h"

namespace pwru::kernel {

// The word that follows a BTF_KIND_INT, for BTF_INT_BITS() and the like; 0 for a type of another
// kind.
[[nodiscard]] uint32_t int_word(const Btf& btf, uint32_t id);

// GCC makes an enum unsigned, unless an enumerator is negative.
[[nodiscard]] bool is_signed_enum(const Btf& btf, uint32_t enum_id);

struct MemberPlace {
  uint64_t bit_offset = 0;  // from the start of the struct
  uint32_t bits = 0;        // the width of a bit-field; 0: no bit-field
};
[[nodiscard]] MemberPlace place_of(const Btf& btf, uint32_t struct_id, const btf_member& member);

// Of a member of that struct, in bytes. None without such a member, and when it does not begin at a
// byte, or lies beyond 64 KiB.
[[nodiscard]] std::optional<uint16_t> byte_offset_of(const Btf& btf, std::string_view record,
                                                     std::string_view member);

}  // namespace pwru::kernel
