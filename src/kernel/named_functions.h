// SPDX-License-Identifier: Apache-2.0
// Functions that take no skb, by their names: they are probed for the packet whose stack they are
// on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/functions.h"
#include "kernel/symbols.h"

namespace pwru::kernel {

struct NotProbed {
  std::string name;
  std::string why;
};

struct NamedFunctions {
  std::vector<Function> found;  // skb_arg is 0
  std::vector<NotProbed> left_out;
};

// In vmlinux and all modules. `available` is ftrace's list as in FunctionQuery.
[[nodiscard]] NamedFunctions find_named_functions(const std::vector<std::string>& names,
                                                  const Symbols& symbols,
                                                  std::string_view available);

// Adds those whose address is not there yet, and keeps the order.
void add_functions(std::vector<Function> more, Functions& functions);

}  // namespace pwru::kernel
