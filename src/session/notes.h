// SPDX-License-Identifier: Apache-2.0
// What is said about an attach besides how many functions it has.
#pragma once

#include "base/handle.h"
#include "kernel/functions.h"
#include "program/tracer.h"

namespace pwru {

inline constexpr const char* kSwitchedOff =
    "switched off (echo 1 > /sys/kernel/debug/kprobes/enabled switches them on)";
inline constexpr const char* kKprobesOff =
    "attach kprobes: they are switched off on this machine, so that none would be hit; run "
    "echo 1 > /sys/kernel/debug/kprobes/enabled, or use --backend kprobe-multi where the kernel "
    "has it";

// With kprobe-multi the modules of these functions cannot be unloaded.
void tell_what_is_held(program::Backend backend, const kernel::Functions& functions);

// At the end; the switches were on when the trace began.
void warn_if_switched_off(program::Backend backend, const UniqueFd& kprobe_switch);

}  // namespace pwru
