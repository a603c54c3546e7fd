// SPDX-License-Identifier: Apache-2.0
// Finds the tracepoints that are given an skb, by their prototypes in BTF.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernel/btf/btf.h"
#include "kernel/symbols/functions.h"

namespace pwru::kernel {

struct Tracepoint {
  std::string name;           // "kfree_skb"
  std::string module;         // "" for vmlinux
  uint8_t skb_arg = 0;        // 1..4: which argument is the skb
  uint8_t reason_arg = 0;     // the enum skb_drop_reason; 0: none
  bool has_location = false;  // kfree_skb and consume_skb: argument 2 is where it was called from
  bool has_socket = false;    // kfree_skb: argument 4 is the socket that was given it (6.11)

  bool operator==(const Tracepoint&) const = default;
};

struct Tracepoints {
  std::vector<Tracepoint> found;  // as they stand in BTF, vmlinux first
  LeftOut left_out;
};

// The argument may be const or behind typedefs, as in FunctionSearch.
[[nodiscard]] Tracepoints find_tracepoints(const Btf& vmlinux,
                                           const std::vector<ModuleBtf>& modules,
                                           const NameTest& is_wanted);

}  // namespace pwru::kernel
