// SPDX-License-Identifier: Apache-2.0
// What the user should know of the attach besides how many functions it has.
#pragma once

#include "base/handle.h"
#include "cli/backend.h"
#include "kernel/functions.h"

namespace pwru {

// With kprobe-multi the modules of these functions cannot be unloaded.
void report_held_modules(cli::Backend backend, const kernel::Functions& functions);

// At the end of a trace, at the beginning of which the switches were on.
void warn_if_switched_off(cli::Backend backend, const UniqueFd& kprobe_switch);

}  // namespace pwru
