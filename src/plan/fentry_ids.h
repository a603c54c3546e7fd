// SPDX-License-Identifier: Apache-2.0
// Which functions are probed by fentry-multi.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "kernel/btf.h"
#include "kernel/functions.h"
#include "kernel/symbols.h"
#include "plan/tracking.h"

namespace pwru::plan {

// By the address of a function its id in the BTF of vmlinux.
using FentryIds = std::unordered_map<uint64_t, uint32_t>;

// Of those that the kernel would not refuse: it finds the address by the name, so the name must be
// that of one function. Functions of modules are left to kprobe-multi, because each module would
// need a program of its own; so are lists and functions without an skb.
[[nodiscard]] FentryIds find_fentry_ids(const std::vector<kernel::Function>& functions,
                                        const Release& release, const kernel::Btf& vmlinux,
                                        const kernel::Symbols& symbols);

}  // namespace pwru::plan
