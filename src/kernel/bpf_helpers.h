// SPDX-License-Identifier: Apache-2.0
// Which functions of the kernel the loaded BPF programs call.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/symbols.h"

namespace pwru::kernel {

struct CalledHelpers {
  std::vector<std::string> names;       // sorted
  unsigned programs = 0;                // that handle packets
  std::vector<std::string> unreadable;  // of these, "id name" of those whose code was not shown
};

// Of all programs that the kernel hands packets to (TC, XDP, cgroup, lightweight tunnels, sockets).
// Their verified code is read, where the kernel has already put the address of what a call goes to:
// a helper, or in its place the function of the map.
[[nodiscard]] Result<CalledHelpers> find_called_helpers(const Symbols& symbols);

// For tests: adds what one program calls. The number in a call is a distance from `call_base`.
void add_called(std::span<const bpf_insn> code, uint64_t call_base, const Symbols& symbols,
                std::set<std::string>& names);

}  // namespace pwru::kernel
