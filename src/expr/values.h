// SPDX-License-Identifier: Apache-2.0
// Makes text of the values that a compiled list of expressions wrote into a record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expr/compile.h"
#include "expr/types.h"
#include "kernel/btf/btf.h"
#include "kernel/symbols/symbols.h"

namespace pwru::expr {

class ValueText {
 public:
  // `btf` and `symbols` must outlive it.
  ValueText(std::vector<Value> values, const kernel::Btf& btf, const kernel::Symbols& symbols)
      : values_(std::move(values)), types_(btf), symbols_(symbols) {}

  [[nodiscard]] size_t size() const { return values_.size(); }
  [[nodiscard]] const std::string& label(size_t index) const { return values_[index].label; }
  // `bytes` is the whole part of the record. Text is in quotes; "?" stands for a value that could
  // not be read.
  [[nodiscard]] std::string text(size_t index, std::span<const std::byte> bytes) const;

 private:
  using Bytes = std::span<const std::byte>;

  void append_scalar(std::string& out, Form form, const Type& type, uint64_t value) const;
  void append_pointer(std::string& out, uint64_t value) const;
  void append_enum(std::string& out, const Type& type, uint64_t value) const;
  void append_memory(std::string& out, const Type& type, Bytes bytes) const;
  void append_record(std::string& out, const Type& type, Bytes bytes) const;
  void append_array(std::string& out, const Type& type, Bytes bytes) const;
  void append_member(std::string& out, const Field& field, std::string_view name,
                     Bytes bytes) const;

  std::vector<Value> values_;
  Types types_;
  const kernel::Symbols& symbols_;
};

}  // namespace pwru::expr
