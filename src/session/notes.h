// SPDX-License-Identifier: Apache-2.0
// What is said about an attach besides how many functions it has.
#pragma once

#include "base/handle.h"
#include "cli/backend.h"
#include "kernel/functions.h"

namespace pwru {

// With kprobe-multi the modules of these functions cannot be unloaded.
void tell_what_is_held(cli::Backend backend, const kernel::Functions& functions);

// At the end; the switches were on when the trace began.
void warn_if_switched_off(cli::Backend backend, const UniqueFd& kprobe_switch);

}  // namespace pwru
