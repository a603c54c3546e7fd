// SPDX-License-Identifier: Apache-2.0
// The kernel's symbols of some names, from a BPF iterator: a third of the time of /proc/kallsyms,
// and ftrace's list with it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/btf.h"
#include "kernel/name_set.h"
#include "kernel/symbols.h"

namespace pwru::kernel {

struct WantedSymbols {
  NameSet functions;
  std::vector<std::string_view> data;  // names of data; few
};

struct NamedSymbols {
  Symbols symbols;        // what is wanted and a few others, not all
  std::string available;  // those of them that ftrace can trace, as its own list has them
};

// Nothing where the kernel has no such iterator (before 6.0), hides its addresses, or runs on
// another architecture than x86-64, whose code is not known here.
[[nodiscard]] std::optional<NamedSymbols> symbols_of(const WantedSymbols& wanted,
                                                     const Btf& vmlinux);

// What `records` (struct pwru_ksym) say, for tests: the first line for line as in /proc/kallsyms,
// the second as in available_filter_functions.
struct KsymTexts {
  std::string kallsyms;
  std::string available;
};
[[nodiscard]] KsymTexts texts_of(std::string_view records);

}  // namespace pwru::kernel
