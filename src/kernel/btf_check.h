// SPDX-License-Identifier: Apache-2.0
// Whether BTF means something in memory, by the rules of kernel/bpf/btf.c: nothing contains itself,
// each chain ends, each member lies inside its struct.
#pragma once

#include "base/result.h"
#include "kernel/btf.h"

namespace pwru::kernel {

// Only the types of `btf` itself; those of its base are known to be right.
[[nodiscard]] Result<> check_types(const Btf& btf);

}  // namespace pwru::kernel
