// SPDX-License-Identifier: Apache-2.0
// Finds the kernel functions that the loaded BPF programs call.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/symbols/symbols.h"

namespace pwru::kernel {

struct CalledHelpers {
  std::vector<std::string> names;       // sorted
  unsigned programs = 0;                // how many handle packets
  std::vector<std::string> unreadable;  // "id name" of those whose code the kernel does not show
};

// Looks at all programs that are given packets (TC, XDP, cgroup, lightweight tunnels, sockets) and
// reads their verified code. There the kernel has already replaced each call by the address that is
// called: a helper, or the map function that stands in its place.
[[nodiscard]] Result<CalledHelpers> find_called_helpers(const Symbols& symbols);

// For tests: adds what one program calls. The number in a call is a distance from `call_base`.
void add_called(std::span<const bpf_insn> code, uint64_t call_base, const Symbols& symbols,
                std::set<std::string>& names);

}  // namespace pwru::kernel
