// SPDX-License-Identifier: Apache-2.0
// Functions at which somebody else is already.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "base/result.h"

namespace pwru::kernel {

using FunctionNames = std::unordered_set<std::string>;

// The functions of vmlinux that ftrace reports to somebody beside a trampoline (kprobe-multi, a
// kprobe on the ftrace site, a tracer), in the text of enabled_functions. There a trampoline is
// called by way of ftrace's list, which takes longer than one more probe of kprobe-multi.
[[nodiscard]] FunctionNames held_functions(std::string_view enabled_functions);
// The same of the running kernel. An error when tracefs cannot be read.
[[nodiscard]] Result<FunctionNames> find_held_functions();

}  // namespace pwru::kernel
