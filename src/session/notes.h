// SPDX-License-Identifier: Apache-2.0
// What is said about an attach besides how many functions it has.
#pragma once

#include "base/handle.h"
#include "kernel/functions.h"
#include "program/tracer.h"

namespace pwru {

// With kprobe-multi the modules of these functions cannot be unloaded.
void tell_what_is_held(program::Backend backend, const kernel::Functions& functions);

// At the end; the switches were on when the trace began.
void warn_if_switched_off(program::Backend backend, const UniqueFd& kprobe_switch);

}  // namespace pwru
