// SPDX-License-Identifier: Apache-2.0
// A plan of how the bytes of a type become text. It is made from BTF once; an event only fills in
// the values.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "kernel/btf/btf.h"

namespace pwru::resolve {

struct PlannedMember {
  std::string label;  // ".len = "; "" for an anonymous one
  uint32_t type = 0;  // index in StructPlan::types
  uint64_t bit_offset = 0;
  uint32_t bits = 0;             // the width of a bit-field, at most 64; 0: no bit-field
  uint32_t length = UINT32_MAX;  // of an array: the most elements that are shown
};

struct PlannedType {
  enum class Kind : uint8_t { Integer, Wide, Enum, Pointer, Float, Record, Array, Unknown };
  Kind kind = Kind::Unknown;
  bool is_signed = false;
  bool is_char = false;  // plain char: an array of them may be text
  bool is_union = false;
  uint64_t bytes = 0;                  // of a value
  std::string cast;                    // "(struct sk_buff *)"
  uint32_t element = 0;                // Array: index in StructPlan::types
  uint32_t count = 0;                  // Array: 0 also when the length is not known
  std::vector<PlannedMember> members;  // Record
  std::vector<std::pair<uint64_t, std::string>> values;  // Enum
};

struct StructPlan {
  std::vector<PlannedType> types;  // each stands behind the types that it is made of: no cycles
  uint32_t root = 0;
};

// Fails for a type that contains itself, which only damaged BTF has. With `has_binary_chars`,
// arrays of bytes directly in the struct (skb->cb[]) are shown as words and not as text.
[[nodiscard]] Result<StructPlan> plan_struct(const kernel::Btf& btf, uint32_t type_id,
                                             bool has_binary_chars);

}  // namespace pwru::resolve
