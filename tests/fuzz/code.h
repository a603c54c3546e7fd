// SPDX-License-Identifier: Apache-2.0
// Checks what must be true of any generated code.
#pragma once

#include <linux/bpf.h>

#include <cstdlib>
#include <vector>

#include "filter/codegen.h"

namespace pwru::fuzz {

inline void require(bool condition) {
  if (!condition) std::abort();
}

// The instructions that may follow `insn` at `at`; -1: none.
struct Successors {
  long next = -1, target = -1;
};

inline Successors successors_of(const bpf_insn& insn, size_t at) {
  const auto here = static_cast<long>(at);
  const auto kind = BPF_CLASS(insn.code);
  if (kind != BPF_JMP && kind != BPF_JMP32)
    return {here + (insn.code == (BPF_LD | BPF_DW | BPF_IMM) ? 2 : 1), -1};
  const auto op = BPF_OP(insn.code);
  if (op == BPF_EXIT) return {};
  if (op == BPF_CALL) return {here + 1, -1};
  if (op == BPF_JA) return {-1, here + 1 + insn.off};
  return {here + 1, here + 1 + insn.off};
}

// Every jump stays inside, nothing runs off the end, and every instruction is reachable: the
// verifier refuses anything else.
inline void check_code(const filter::Code& code) {
  const std::vector<bpf_insn>& insns = code.insns;
  const auto size = static_cast<long>(insns.size());
  require(size > 0);
  std::vector<bool> is_reached(insns.size());
  std::vector<long> todo = {0};
  while (!todo.empty()) {
    const long at = todo.back();
    todo.pop_back();
    require(at >= 0 && at < size);
    if (is_reached[static_cast<size_t>(at)]) continue;
    is_reached[static_cast<size_t>(at)] = true;
    const bpf_insn& insn = insns[static_cast<size_t>(at)];
    require(insn.dst_reg <= BPF_REG_10);
    const auto [next, target] = successors_of(insn, static_cast<size_t>(at));
    if (next >= 0) todo.push_back(next);
    if (target >= 0) todo.push_back(target);
    if (insn.code == (BPF_LD | BPF_DW | BPF_IMM)) is_reached.at(static_cast<size_t>(at) + 1) = true;
  }
  for (const bool reached : is_reached) require(reached);
  for (const size_t at : code.load_calls) require(insns.at(at).code == (BPF_JMP | BPF_CALL));
  for (const size_t at : code.matched_calls) require(insns.at(at).code == (BPF_JMP | BPF_CALL));
}

// An error is a sentence for a person.
inline void check_error(const Error& error) { require(!error.what.empty()); }

}  // namespace pwru::fuzz
