// SPDX-License-Identifier: Apache-2.0
// The functions that access BPF maps. Each type of map has its own, with the map and the key as the
// first arguments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/btf/btf.h"
#include "kernel/symbols/functions.h"

namespace pwru::kernel {

// The map functions of this kernel, except the helpers, which only call them.
[[nodiscard]] std::vector<std::string> map_functions(const Btf& vmlinux);

// What a function of this name does with a map; MapOp::None for all other names.
[[nodiscard]] MapOp map_op_of(const Btf& vmlinux, std::string_view name);

}  // namespace pwru::kernel
