// SPDX-License-Identifier: Apache-2.0
#include "plan/arg_table.h"

#include <algorithm>

#include "abi/config.h"

namespace pwru::plan {
namespace {

// Sparse, so that functions of modules that come later find a place: 64 KiB, of which few lines are
// looked at.
constexpr unsigned kMinBits = 16;
constexpr unsigned kMaxBits = 22;
constexpr unsigned kTries = 32;  // multipliers for each size

bool needs_table(const std::vector<kernel::Function>& functions) {
  unsigned seen = 0;
  for (const kernel::Function& function : functions) {
    if (function.skb_arg < 2) continue;
    if (seen != 0 && seen != function.skb_arg) return true;
    seen = function.skb_arg;
  }
  return false;
}

// False when a function of another position has the slot.
bool put(ArgTable& table, uint64_t ip, uint8_t position) {
  uint8_t& slot = table.positions[PWRU_ARG_SLOT(ip, table.multiplier, table.shift)];
  if (slot != 0 && slot != position) return false;
  slot = position;
  return true;
}

bool fill(ArgTable& table, const std::vector<kernel::Function>& functions) {
  return std::ranges::all_of(functions, [&table](const kernel::Function& function) {
    return add_function(table, function);
  });
}

}  // namespace

// bpf_get_func_ip() gives the function's start or, on some machines, the ftrace site behind it.
bool add_function(ArgTable& table, const kernel::Function& function) {
  return function.skb_arg < 2 || (put(table, function.addr, function.skb_arg) &&
                                  put(table, function.addr + PWRU_ENTRY_BYTES, function.skb_arg));
}

std::optional<ArgTable> make_arg_table(const std::vector<kernel::Function>& functions) {
  if (!needs_table(functions)) return std::nullopt;
  uint32_t multiplier = 0x9e3779b1;  // 2^32 / the golden ratio, odd
  for (unsigned bits = kMinBits; bits <= kMaxBits; ++bits) {
    for (unsigned attempt = 0; attempt < kTries; ++attempt) {
      ArgTable table = {multiplier, 32 - bits, std::vector<uint8_t>(size_t{1} << bits)};
      if (fill(table, functions)) return table;
      multiplier = multiplier * 1664525 + 1013904222;  // stays odd
    }
  }
  return std::nullopt;
}

}  // namespace pwru::plan
