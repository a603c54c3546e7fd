// SPDX-License-Identifier: Apache-2.0
// Expressions of the user as BPF objects that are linked into the tracer, and what is needed to
// read the values that they write.
#pragma once

#include <span>
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
  std::string label;  // the last member's name, or the whole expression; no two are alike
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

// What all values together may need in a record.
inline constexpr uint32_t kMaxValueBytes = 1024;
inline constexpr size_t kMaxValues = 64;

// How a number or pointer is printed, `name` being the member that it was read from, or "".
[[nodiscard]] Form form_of_scalar(const Type& type, std::string_view name);
// The same for a struct, a union or an array.
[[nodiscard]] Form form_of_memory(const Types& types, const Type& type);

// What the user asked of one kind of packet; "" and no lists: nothing.
struct Request {
  std::string filter;
  std::vector<std::string> values;  // lists of expressions
};

// The answer, in objects that define the two functions of bpf/read/expr.bpf.h, whatever was asked.
struct Program {
  std::string filter_object, values_object;
  bool has_filter = false;
  std::vector<Value> values;
  uint32_t value_bytes = 0;  // 0: no values
};

// Errors name the option and the column.
[[nodiscard]] Result<Program> compile_skb(const TypeSource& source, const Request& request);
[[nodiscard]] Result<Program> compile_xdp(const TypeSource& source, const Request& request);

// The two steps of both. Errors begin with the column in their text.
[[nodiscard]] Result<filter::Code> compile_condition(const TypeSource& source, const Root& root,
                                                     std::string_view text);
[[nodiscard]] Result<Values> compile_values(const TypeSource& source, const Root& root,
                                            std::span<const std::string> lists);

}  // namespace pwru::expr
