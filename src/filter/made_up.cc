// SPDX-License-Identifier: Apache-2.0
#include "filter/made_up.h"

#include <linux/filter.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "filter/classic_flow.h"

namespace pwru::filter {
namespace {

bool is_fixed_load(const ClassicInsn& insn) { return is_packet_load(insn) && !is_indirect(insn); }

// Addresses of two hosts that do not exist: locally administered ones. Each turn gives another
// pair.
MadeUpAddresses candidate(uint32_t turn) {
  MadeUpAddresses addresses = {};
  uint32_t state = 0x9e3779b9 + turn;
  for (uint8_t& byte : addresses) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<uint8_t>(state >> 24);
  }
  for (const size_t first : {size_t{0}, size_t{6}})
    addresses[first] = static_cast<uint8_t>((addresses[first] & 0xfc) | 0x02);
  return addresses;
}

std::optional<uint32_t> computed(const ClassicInsn& insn, uint32_t value) {
  switch (BPF_OP(insn.code)) {
    case BPF_AND:
      return value & insn.k;
    case BPF_OR:
      return value | insn.k;
    case BPF_XOR:
      return value ^ insn.k;
    case BPF_ADD:
      return value + insn.k;
    case BPF_SUB:
      return value - insn.k;
    case BPF_RSH:
      return insn.k < 32 ? value >> insn.k : 0;
    case BPF_LSH:
      return insn.k < 32 ? value << insn.k : 0;
    default:
      return std::nullopt;
  }
}

bool is_true(const ClassicInsn& insn, uint32_t value) {
  switch (BPF_OP(insn.code)) {
    case BPF_JEQ:
      return value == insn.k;
    case BPF_JGT:
      return value > insn.k;
    case BPF_JGE:
      return value >= insn.k;
    default:
      return (value & insn.k) != 0;
  }
}

// How many comparisons with constants are true for this value. The instruction before `at` loads
// the value, and counting ends where another value replaces it.
size_t equalities(const ClassicProgram& program, size_t at, uint32_t value) {
  size_t count = 0;
  while (at < program.size()) {
    const ClassicInsn& insn = program[at];
    if (BPF_CLASS(insn.code) == BPF_JMP && BPF_OP(insn.code) == BPF_JA) {
      if (is_backward_jump(insn)) return count;
      at = jump_target(at, insn);
      continue;
    }
    if (BPF_SRC(insn.code) != BPF_K) return count;
    if (BPF_CLASS(insn.code) == BPF_ALU) {
      const auto next = computed(insn, value);
      if (!next) return count;
      value = *next;
      at++;
    } else if (BPF_CLASS(insn.code) == BPF_JMP) {
      const bool passes = is_true(insn, value);
      count += passes && BPF_OP(insn.code) == BPF_JEQ;
      at += 1 + size_t{passes ? insn.jt : insn.jf};
    } else {
      return count;
    }
  }
  return count;
}

size_t equalities(const ClassicProgram& program, const MadeUpAddresses& addresses) {
  size_t count = 0;
  for (size_t i = 0; i < program.size(); i++) {
    const ClassicInsn& insn = program[i];
    if (BPF_CLASS(insn.code) != BPF_LD || !is_fixed_load(insn)) continue;
    if (insn.k >= kAddressBytes || insn.k + load_bytes(insn) > kAddressBytes) continue;
    uint32_t value = 0;
    for (uint32_t at = insn.k; at < insn.k + load_bytes(insn); at++)
      value = value << 8 | addresses[at];
    count += equalities(program, i + 1, value);
  }
  return count;
}

}  // namespace

MadeUpAddresses make_up_addresses(const ClassicProgram& program) {
  constexpr uint32_t kTurns = 64;
  MadeUpAddresses best = {};
  size_t least = std::numeric_limits<size_t>::max();
  for (uint32_t turn = 0; turn < kTurns && least; turn++) {
    const MadeUpAddresses addresses = candidate(turn);
    const size_t count = equalities(program, addresses);
    if (count >= least) continue;
    least = count;
    best = addresses;
  }
  return best;
}

bool reads_addresses(const ClassicProgram& program) {
  return std::any_of(program.begin(), program.end(), [](const ClassicInsn& insn) {
    return is_fixed_load(insn) && insn.k < kAddressBytes;
  });
}

bool is_ether_type_load(const ClassicInsn& insn) {
  return insn.code == (BPF_LD | BPF_H | BPF_ABS) && insn.k == kAddressBytes;
}

size_t ether_type_loads(const ClassicProgram& program) {
  return static_cast<size_t>(
      std::count_if(program.begin(), program.end(), [](const ClassicInsn& insn) {
        return is_fixed_load(insn) && insn.k < kEthernetBytes &&
               insn.k + load_bytes(insn) > kAddressBytes;
      }));
}

}  // namespace pwru::filter
