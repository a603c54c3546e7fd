// SPDX-License-Identifier: Apache-2.0
// --list-funcs: what a trace with these options would probe, and what not, and why.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/options.h"
#include "kernel/symbols/functions.h"

namespace pwru::doctor {

// The lines for stdout. Says on stderr how many functions there are.
[[nodiscard]] Result<std::string> list_functions(const cli::Options& options);

// The same of functions that are known: a table, or one JSON object a line.
using HookOf = std::function<std::string_view(const kernel::Function&)>;
[[nodiscard]] std::string table_of(const kernel::Functions& functions, const HookOf& hook_of);
[[nodiscard]] std::string json_of(const kernel::Functions& functions, const HookOf& hook_of);

}  // namespace pwru::doctor
