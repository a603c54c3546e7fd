// SPDX-License-Identifier: Apache-2.0
// Reads the switches of the machine that let a probe attach and never be hit.
#pragma once

#include <string_view>

#include "base/handle.h"

namespace pwru::kernel {

enum class Switch { On, Off, Unknown };

// kernel.ftrace_enabled switches kprobe-multi, fentry, fexit, and kprobes at the start of a
// function.
[[nodiscard]] Switch ftrace_switch();
[[nodiscard]] UniqueFd open_ftrace_switch();
// Opens kprobes/enabled of debugfs, which switches every kprobe, also when debugfs is not mounted.
// The file can be read again after the privileges that opening it takes were given up.
[[nodiscard]] UniqueFd open_kprobe_switch();
[[nodiscard]] Switch read_switch(const UniqueFd& file);

// The state that the text of such a file means.
[[nodiscard]] Switch switch_of(std::string_view text);

}  // namespace pwru::kernel
