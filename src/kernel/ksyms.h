// SPDX-License-Identifier: Apache-2.0
// The kernel's symbols of some names, from a BPF iterator: a third of the time of /proc/kallsyms,
// and ftrace's list with it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kernel/btf.h"
#include "kernel/name_set.h"
#include "kernel/symbols.h"

namespace pwru::kernel {

struct NamedSymbols {
  Symbols symbols;        // of the names in the set and a few others, not of all
  std::string available;  // those of them that ftrace can trace, as its own list has them
};

// Nothing where the kernel has no such iterator (before 6.0), hides its addresses, or runs on
// another architecture than x86-64, whose code is not known here.
[[nodiscard]] std::optional<NamedSymbols> symbols_of(const NameSet& names, const Btf& vmlinux);

// What `records` (struct pwru_ksym) say, for tests: the first line for line as in /proc/kallsyms,
// the second as in available_filter_functions.
struct KsymTexts {
  std::string kallsyms;
  std::string available;
};
[[nodiscard]] KsymTexts texts_of(std::string_view records);

}  // namespace pwru::kernel
