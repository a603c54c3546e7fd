// SPDX-License-Identifier: Apache-2.0
// Expressions of the user as BPF objects that are linked into the tracer, and what is needed to
// read the values that they write.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "expr/check.h"
#include "expr/generate.h"
#include "expr/types.h"
#include "filter/codegen.h"
#include "kernel/btf.h"

namespace pwru::expr {

[[nodiscard]] Root skb_root();
[[nodiscard]] Root xdp_root();

// How a value is printed.
enum class Form {
  Number,
  Bool,
  Character,
  Enum,
  Pointer,
  Text,
  Ipv4Number,  // a number in host order
  Ipv4,        // bytes in memory
  Ipv6,
  Mac,
  Struct,  // anything that BTF describes
};

// One expression of --output-skb-metadata, and where its value is in the bytes that are written.
struct Value {
  std::string label;  // the last member's name, or the whole expression
  Type type;
  Form form = Form::Number;
  Transfer transfer = Transfer::Number;
  uint32_t offset = 0;
  uint32_t bytes = 0;
};

// The bytes begin with a word whose bit n says that value n could be read.
struct Values {
  std::vector<Value> list;
  uint32_t bytes = 0;
  filter::Code code;
};

// What one expression list may write into a record.
inline constexpr uint32_t kMaxValueBytes = 1024;
inline constexpr size_t kMaxValues = 64;

// Errors begin with the column.
[[nodiscard]] Result<filter::Code> compile_condition(const kernel::Btf& btf, const Root& root,
                                                     std::string_view text);
[[nodiscard]] Result<Values> compile_values(const kernel::Btf& btf, const Root& root,
                                            std::string_view text);

}  // namespace pwru::expr
