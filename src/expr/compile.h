// SPDX-License-Identifier: Apache-2.0
// Compiles the expressions of the user to BPF objects, which are linked into the tracer, and keeps
// what is needed to read the values that they write.
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
#include "kernel/btf/btf.h"

namespace pwru::expr {

[[nodiscard]] Root skb_root();
[[nodiscard]] Root xdp_root();
[[nodiscard]] Root socket_root();

// How a value is printed.
enum class Form {
  Number,
  Bool,
  Character,
  Enum,
  Pointer,
  Text,
  Ipv4Number,  // a number in the byte order of the host
  Ipv4,        // four bytes in memory
  Ipv6,
  Mac,
  Struct,  // anything that BTF describes
};

// One expression of --output-skb-metadata, and where its value is in the bytes that the program
// writes.
struct Value {
  std::string label;  // the name of the last member, or the whole expression; unique
  Type type;
  Form form = Form::Number;
  Transfer transfer = Transfer::Number;
  uint32_t offset = 0;
  uint32_t bytes = 0;
};

// The bytes of a record begin with kReadableWords words. Bit n of them says that value n could be
// read.
struct Values {
  std::vector<Value> list;
  uint32_t bytes = 0;
  filter::Code code;
};

// How many bytes of a record all values together may take.
inline constexpr uint32_t kMaxValueBytes = 2048;
inline constexpr size_t kMaxValues = size_t{64} * kReadableWords;

// How a number or pointer is printed. `name` is the member that it was read from, or "".
[[nodiscard]] Form form_of_scalar(const Type& type, std::string_view name);
// The same for a struct, a union or an array.
[[nodiscard]] Form form_of_memory(const Types& types, const Type& type);

// The expressions of the user for one kind of packet. A filter of "" and no lists mean none.
struct Request {
  std::string filter;
  std::vector<std::string> values;  // lists of expressions; what is asked for twice is there once
  // One expression each, which follow those, also when they are among them.
  std::vector<std::string> facts = {};
};

// The compiled expressions: objects that always define the two functions of bpf/read/expr.bpf.h.
struct Program {
  std::string filter_object, values_object;
  bool has_filter = false;
  std::vector<Value> values;
  uint32_t value_bytes = 0;  // 0: no values
};

// Compiles all expressions of a request. Errors name the option and the column.
[[nodiscard]] Result<Program> compile_skb(const TypeSource& source, const Request& request);
[[nodiscard]] Result<Program> compile_xdp(const TypeSource& source, const Request& request);

// Only facts, of the socket that a packet was given to.
[[nodiscard]] Result<Program> compile_socket(const TypeSource& source,
                                             const std::vector<std::string>& facts);

// The object of a trigger, --on; "" for one that never fires.
[[nodiscard]] Result<std::string> compile_trigger(const TypeSource& source,
                                                  const std::string& text);

// The two steps of these functions. Errors begin with the column.
[[nodiscard]] Result<filter::Code> compile_condition(const TypeSource& source, const Root& root,
                                                     std::string_view text);
[[nodiscard]] Result<Values> compile_values(const TypeSource& source, const Root& root,
                                            std::span<const std::string> lists,
                                            std::span<const std::string> facts = {});

}  // namespace pwru::expr
