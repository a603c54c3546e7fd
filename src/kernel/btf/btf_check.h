// SPDX-License-Identifier: Apache-2.0
// Checks that types describe memory, by the rules of kernel/bpf/btf.c: no type contains itself,
// each chain ends, and each member lies inside its struct.
#pragma once

#include <string_view>

#include "base/result.h"
#include "kernel/btf/btf.h"

namespace pwru::kernel {

// Checks only the types of `btf` itself. Those of its base are known to be right.
[[nodiscard]] Result<> check_types(const Btf& btf);

// Checks all names; `strings` has a 0 behind each. Names are printed, and must not move the cursor
// of a terminal.
[[nodiscard]] Result<> check_names(std::string_view strings);

}  // namespace pwru::kernel
