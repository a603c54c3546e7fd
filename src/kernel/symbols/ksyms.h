// SPDX-License-Identifier: Apache-2.0
// Reads the kernel's symbols of some names from a BPF iterator. That takes a third of the time of
// reading /proc/kallsyms, and gives ftrace's list too.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/btf/btf.h"
#include "kernel/symbols/name_set.h"
#include "kernel/symbols/symbols.h"

namespace pwru::kernel {

struct WantedSymbols {
  NameSet functions;
  std::vector<std::string_view> data;  // names of data symbols; few
};

struct NamedSymbols {
  Symbols symbols;        // those that are wanted, and a few others
  std::string available;  // those that ftrace can trace, in the form of its own list
};

// Nothing when the kernel has no such iterator (before 6.0) or hides its addresses.
[[nodiscard]] std::optional<NamedSymbols> symbols_of(const WantedSymbols& wanted,
                                                     const Btf& vmlinux);

// For tests: `records` (struct pwru_ksym) as text. The first is in the form of /proc/kallsyms, the
// second in that of available_filter_functions.
struct KsymTexts {
  std::string kallsyms;
  std::string available;
};
[[nodiscard]] KsymTexts texts_of(std::string_view records);

}  // namespace pwru::kernel
