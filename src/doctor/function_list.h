// SPDX-License-Identifier: Apache-2.0
// --list-funcs: what a trace with these options would probe, and what not, and why.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/options.h"
#include "kernel/functions.h"

namespace pwru::doctor {

// The lines for stdout. Says on stderr how many functions there are.
[[nodiscard]] Result<std::string> list_functions(const cli::Options& options);

// The same of functions that are known: a table, or one JSON object a line.
[[nodiscard]] std::string table_of(const kernel::Functions& functions, std::string_view hook);
[[nodiscard]] std::string json_of(const kernel::Functions& functions, std::string_view hook);

}  // namespace pwru::doctor
