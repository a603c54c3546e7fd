// SPDX-License-Identifier: Apache-2.0
// The types of C, as the kernel's BTF describes them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "kernel/btf/btf.h"

namespace pwru::expr {

struct TypeName;

struct Type {
  enum class Kind : uint8_t { Void, Integer, Pointer, Array, Record, Other };
  static constexpr uint8_t kMaxLevels = 8;

  Kind kind = Kind::Void;
  uint8_t levels = 0;  // Pointer: 1 points to `target`, 2 to a pointer to it, ...
  bool is_signed = false;
  bool is_bool = false;
  bool is_char = false;        // plain char: text
  bool is_big_endian = false;  // __be16 and the like: swapped when read
  uint32_t bytes = 0;
  uint32_t count = 0;    // Array: elements
  uint32_t target = 0;   // BTF id of a pointer's target or an array's elements; 0: void
  uint32_t id = 0;       // BTF id as declared; 0: a type of C itself (int of an arithmetic result)
  uint32_t enum_id = 0;  // Integer: the enum that names its values
  uint32_t bits = 0;     // Integer: the width of a bit-field

  [[nodiscard]] bool is_integer() const { return kind == Kind::Integer; }
  [[nodiscard]] bool is_pointer() const { return kind == Kind::Pointer; }
  [[nodiscard]] bool is_array() const { return kind == Kind::Array; }
  [[nodiscard]] bool is_scalar() const { return is_integer() || is_pointer(); }
};

[[nodiscard]] Type integer_type(uint32_t bytes, bool is_signed);

// Where a member lies in its struct.
struct FieldPlace {
  uint32_t byte = 0;   // where its storage begins
  uint32_t shift = 0;  // of a bit-field: the distance from the lowest bit of that byte
  uint32_t bits = 0;   // the width of a bit-field; 0: no bit-field
};

struct Field {
  FieldPlace place;
  Type type;
};

// The BTF in which types are looked up.
struct TypeSource {
  TypeSource(const kernel::Btf& from, std::string where = "")
      : btf(from), searched(std::move(where)) {}

  const kernel::Btf& btf;
  std::string searched;  // the end of the error about an unknown type; may be ""
};

class Types {
 public:
  // The BTF of `source` must outlive it.
  explicit Types(const TypeSource& source) : btf_(source.btf), searched_(source.searched) {}

  // The type that a BTF id stands for, without typedefs and qualifiers.
  [[nodiscard]] Type of(uint32_t id) const;
  // The type that a pointer points to, or the type of the elements of an array.
  [[nodiscard]] Type target_of(const Type& type) const;
  [[nodiscard]] Type pointer_to(uint32_t id) const;
  // None when BTF has no type for such an address.
  [[nodiscard]] std::optional<Type> address_of(const Type& type) const;

  // Also finds members of anonymous structs and unions. The error has no column.
  [[nodiscard]] Result<Field> field(const Type& record, std::string_view name) const;
  // Visits all members in order. An anonymous struct or union is one member, with the name "".
  void each_field(const Type& record,
                  const std::function<void(std::string_view name, const Field&)>& visit) const;
  // The value of a constant of any enum, and the type of its enum. The error has no column.
  [[nodiscard]] Result<std::pair<int64_t, Type>> enumerator(std::string_view name) const;
  // The name of a value of an enum; "" when it has none.
  [[nodiscard]] std::string_view enumerator_name(uint32_t enum_id, int64_t value) const;

  [[nodiscard]] bool is_type_name(std::string_view name) const;
  [[nodiscard]] Result<Type> named(const TypeName& name) const;
  // As C would write it: "struct sk_buff *".
  [[nodiscard]] std::string describe(const Type& type) const;
  [[nodiscard]] const kernel::Btf& btf() const { return btf_; }

 private:
  [[nodiscard]] Result<uint32_t> tagged(const TypeName& name) const;
  [[nodiscard]] Result<Type> basic(std::string_view words) const;
  [[nodiscard]] uint32_t integer_id(uint32_t bytes, bool is_signed, bool is_bool,
                                    bool is_char) const;
  [[nodiscard]] uint32_t complete(uint32_t id) const;

  const kernel::Btf& btf_;
  std::string searched_;
};

}  // namespace pwru::expr
