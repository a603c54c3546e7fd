// SPDX-License-Identifier: Apache-2.0
// What it takes to follow a packet, and what is said when this kernel does not have it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernel/btf/btf.h"
#include "kernel/symbols/symbols.h"

namespace pwru::plan {

inline constexpr const char* kGone = "kfree_skbmem";
inline constexpr const char* kCached = "napi_skb_cache_put";

// Where the id of a packet ends.
struct Release {
  std::string name;  // "" when this kernel has no such function
  uint64_t addr = 0;
  // kGone, which returns the memory of an skb that was not released before; 0: there is none.
  uint64_t gone_addr = 0;
  uint64_t cached_addr = 0;   // kCached, which comes behind the release; 0: there is none
  bool watches_gone = false;  // it is probed in any case
};
[[nodiscard]] Release find_release(const kernel::Symbols& symbols);

// Where the id ends, by fentry, beside tracepoints; named like a copy function.
inline constexpr const char* kReleaseSeen = "skb_release_head_state";

// The functions of this kernel that make one skb of another.
[[nodiscard]] std::vector<std::string> copy_functions(const kernel::Btf& btf, bool follows_xdp);

// Names what is not followed on this kernel.
void add_tracking_warnings(const Release& release, const std::vector<std::string>& copies,
                           bool has_fexit, std::vector<std::string>& warnings);

}  // namespace pwru::plan
