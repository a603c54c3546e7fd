// SPDX-License-Identifier: Apache-2.0
// The functions to trace, and the symbols that it takes to find and to name them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/handle.h"
#include "base/result.h"
#include "cli/options.h"
#include "kernel/btf/btf.h"
#include "kernel/symbols/functions.h"
#include "kernel/symbols/symbols.h"

namespace pwru::plan {

struct KnownSymbols {
  kernel::Symbols symbols;
  // ftrace's list of them; nothing when it was not read with them.
  std::optional<std::string> available;
};

// Of the names that `search` needs only, where the kernel gives them out and no option can ask for
// the name of an address.
[[nodiscard]] Result<KnownSymbols> read_symbols(const cli::Options& options,
                                                const kernel::Btf& vmlinux,
                                                const kernel::FunctionSearch& search);

// Of those that --filter-func asks for; the rest of the search is find_functions().
[[nodiscard]] kernel::FunctionSearch search_functions(
    const cli::Options& options, const kernel::Btf& vmlinux,
    const std::vector<kernel::ModuleBtf>& modules);

// All that the options ask for; the error says why there are none.
[[nodiscard]] Result<kernel::Functions> find_functions(
    const cli::Options& options, const kernel::Btf& vmlinux,
    const std::vector<kernel::ModuleBtf>& modules, kernel::FunctionSearch& search,
    KnownSymbols& known);

// What it takes to find functions of modules that come later, opened while that is allowed: who may
// read the addresses in kallsyms is decided when it is opened (Linux 5.8).
struct SymbolFiles {
  UniqueFd kallsyms;
  UniqueFd available;  // none: every function is tried
};
[[nodiscard]] SymbolFiles open_symbol_files();

[[nodiscard]] Result<kernel::Symbols> read_symbols_again(const SymbolFiles& files);
[[nodiscard]] Result<kernel::Functions> find_module_functions(
    const cli::Options& options, const kernel::Btf& vmlinux,
    const std::vector<kernel::ModuleBtf>& modules, const kernel::Symbols& symbols,
    const SymbolFiles& files);

}  // namespace pwru::plan
