// SPDX-License-Identifier: Apache-2.0
// Which functions are probed by fentry-multi or fentry.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "kernel/btf/btf.h"
#include "kernel/symbols/functions.h"
#include "kernel/symbols/held_functions.h"
#include "kernel/symbols/symbols.h"
#include "plan/tracking.h"

namespace pwru::plan {

// By the address of a function its id in the BTF of vmlinux.
using FentryIds = std::unordered_map<uint64_t, uint32_t>;

struct FentrySites {
  FentryIds ids;
  size_t held_by_others = 0;  // functions that would be among them if nobody else were there
};

// Of those that the kernel would not refuse: it finds the address by the name, so the name must be
// that of one function. Functions of modules are left to kprobes, because each module would
// need a program of its own; so are lists, functions without an skb, and those that somebody else
// holds already.
[[nodiscard]] FentrySites find_fentry_sites(const std::vector<kernel::Function>& functions,
                                            const Release& release, const kernel::Btf& vmlinux,
                                            const kernel::Symbols& symbols,
                                            const kernel::FunctionNames& held);

// For the user: why so many are not at fentry-multi; "" for none.
[[nodiscard]] std::string describe_held(size_t held_by_others);

// Which of the 2nd and 3rd argument are numbers, as PWRU_TARGET_ARG*.
[[nodiscard]] uint8_t number_arguments(const kernel::Btf& vmlinux, uint32_t function_id);

}  // namespace pwru::plan
