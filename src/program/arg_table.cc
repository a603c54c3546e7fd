// SPDX-License-Identifier: Apache-2.0
#include "program/arg_table.h"

#include "abi/config.h"

namespace pwru::program {
namespace {

constexpr unsigned kMinBits = 14;
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

// bpf_get_func_ip() gives the function's start or, on some machines, the ftrace site behind it.
bool fill(ArgTable& table, const std::vector<kernel::Function>& functions) {
  for (const kernel::Function& function : functions) {
    if (function.skb_arg < 2) continue;
    if (!put(table, function.addr, function.skb_arg) ||
        !put(table, function.addr + PWRU_ENTRY_BYTES, function.skb_arg))
      return false;
  }
  return true;
}

}  // namespace

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

}  // namespace pwru::program
