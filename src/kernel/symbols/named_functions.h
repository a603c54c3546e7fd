// SPDX-License-Identifier: Apache-2.0
// Finds functions that take no skb, by their names. They are probed for the packet that their call
// stack is handling.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/symbols/functions.h"
#include "kernel/symbols/symbols.h"

namespace pwru::kernel {

struct NotProbed {
  std::string name;
  std::string why;
};

struct NamedFunctions {
  std::vector<Function> found;  // skb_arg is 0
  std::vector<NotProbed> left_out;
};

// Searches vmlinux and all modules. `available` is ftrace's list, as in FunctionSearch::find().
[[nodiscard]] NamedFunctions find_named_functions(const std::vector<std::string>& names,
                                                  const Symbols& symbols,
                                                  std::string_view available);

// Adds the functions whose address is not there yet, and keeps the order by address.
void add_functions(std::vector<Function> more, Functions& functions);

}  // namespace pwru::kernel
