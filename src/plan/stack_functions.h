// SPDX-License-Identifier: Apache-2.0
// The functions without an skb that the options ask for.
#pragma once

#include <string_view>

#include "base/result.h"
#include "cli/options.h"
#include "kernel/btf/btf.h"
#include "kernel/symbols/functions.h"
#include "kernel/symbols/symbols.h"

namespace pwru::plan {

// Adds them to `functions`; one that cannot be probed is named in a warning. `available` is
// ftrace's list, empty when it cannot be read.
[[nodiscard]] Result<> add_stack_functions(const cli::Options& options, const kernel::Btf& vmlinux,
                                           const kernel::Symbols& symbols,
                                           std::string_view available,
                                           kernel::Functions& functions);

}  // namespace pwru::plan
