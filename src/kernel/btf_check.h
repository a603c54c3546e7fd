// SPDX-License-Identifier: Apache-2.0
// Whether BTF means something in memory, by the rules of kernel/bpf/btf.c: nothing contains itself,
// each chain ends, each member lies inside its struct.
#pragma once

#include <string_view>

#include "base/result.h"
#include "kernel/btf.h"

namespace pwru::kernel {

// Only the types of `btf` itself; those of its base are known to be right.
[[nodiscard]] Result<> check_types(const Btf& btf);

// All names, each with a 0 behind it: they are printed, and may not move a terminal's cursor.
[[nodiscard]] Result<> check_names(std::string_view strings);

}  // namespace pwru::kernel
