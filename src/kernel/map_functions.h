// SPDX-License-Identifier: Apache-2.0
// The functions that look into BPF maps: each type of map has its own, with the map and the key as
// its first arguments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/btf.h"
#include "kernel/functions.h"

namespace pwru::kernel {

// The map functions of this kernel, but for the helpers that only call them.
[[nodiscard]] std::vector<std::string> map_functions(const Btf& vmlinux);

// What a function of that name does with a map; MapOp::None for all others.
[[nodiscard]] MapOp map_op_of(const Btf& vmlinux, std::string_view name);

}  // namespace pwru::kernel
