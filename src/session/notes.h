// SPDX-License-Identifier: Apache-2.0
// What the user should know of the attach besides how many functions it has.
#pragma once

#include "plan/plan.h"

namespace pwru {

// With kprobe-multi the modules of functions cannot be unloaded, nor can those of tracepoints.
void report_held_modules(const plan::Plan& plan);

// Functions that are not at fentry-multi because somebody else is there.
void report_functions_of_others(const plan::Plan& plan);

}  // namespace pwru
