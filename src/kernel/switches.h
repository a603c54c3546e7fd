// SPDX-License-Identifier: Apache-2.0
// The switches of the whole machine with which a probe attaches and is never hit.
#pragma once

#include <string_view>

#include "base/handle.h"

namespace pwru::kernel {

enum class Switch { On, Off, Unknown };

// kernel.ftrace_enabled: kprobe-multi, fentry, fexit, and a kprobe at the start of a function.
[[nodiscard]] Switch ftrace_switch();
// kprobes/enabled in debugfs, also when that is not mounted: every kprobe. It can be read again
// when the privileges that it takes to open it are given up.
[[nodiscard]] UniqueFd open_kprobe_switch();
[[nodiscard]] Switch read_switch(const UniqueFd& file);

// What the text of such a file says.
[[nodiscard]] Switch switch_of(std::string_view text);

}  // namespace pwru::kernel
