// SPDX-License-Identifier: Apache-2.0
// The functions without an skb that the options ask for.
#pragma once

#include <string_view>

#include "abi/config.h"
#include "base/result.h"
#include "cli/options.h"
#include "kernel/btf.h"
#include "kernel/functions.h"
#include "kernel/symbols.h"

namespace pwru {

// Whether packets are followed by their call stack: by request, or because functions without an skb
// are probed.
[[nodiscard]] bool follows_by_stack(const cli::Options& options);

// Fills in what the programs need for that.
void set_stack_config(const cli::Options& options, const kernel::Symbols& symbols,
                      pwru_config& config);

// Adds them to `functions`; one that cannot be probed is named in a warning. `available` is
// ftrace's list, empty when it cannot be read.
[[nodiscard]] Result<> add_stack_functions(const cli::Options& options, const kernel::Btf& vmlinux,
                                           const kernel::Symbols& symbols,
                                           std::string_view available,
                                           kernel::Functions& functions);

}  // namespace pwru
