// SPDX-License-Identifier: Apache-2.0
#include "program/inline_hit.h"

#include <limits>

namespace pwru::program {
namespace {

constexpr bpf_insn insn(unsigned code, unsigned dst, unsigned src, int off, int32_t imm) {
  bpf_insn made = {};
  made.code = static_cast<uint8_t>(code);
  made.dst_reg = dst & 0xf;
  made.src_reg = src & 0xf;
  made.off = static_cast<int16_t>(off);
  made.imm = imm;
  return made;
}

bool is_call(const bpf_insn& i) {
  return i.code == (BPF_JMP | BPF_CALL) && i.src_reg == BPF_PSEUDO_CALL;
}
size_t target_of(const bpf_insn& call, size_t at) {
  return at + 1 + static_cast<size_t>(static_cast<ptrdiff_t>(call.imm));
}

// The kernel takes a function for a part of the main program when nothing calls it and it lies
// right behind (add_subprog(), check_subprogs()). r3, the id of the packet, is the constant 0: the
// verifier knows that the jump is taken, and deletes what follows. Behind a plain jump that would
// have to be deleted here (check_cfg()).
bpf_insn jump_to(size_t start, size_t at) {
  return insn(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_3, 0, static_cast<int>(start - at - 1), 0);
}

// Where pwru_filter_hit() begins, and what calls it.
struct Hit {
  size_t start = 0;
  std::vector<size_t> calls;
};

std::optional<Hit> find_hit(std::span<const bpf_insn> program,
                            std::span<const bpf_func_info> functions, uint32_t hit_type_id) {
  if (functions.size() < 2 || functions[1].type_id != hit_type_id) return {};
  Hit hit = {functions[1].insn_off, {}};
  if (hit.start > program.size() || hit.start > std::numeric_limits<int16_t>::max()) return {};
  for (size_t at = 0; at < program.size(); at++) {
    if (!is_call(program[at]) || target_of(program[at], at) != hit.start) continue;
    if (at > hit.start) return {};
    hit.calls.push_back(at);
  }
  if (hit.calls.empty()) return {};
  return hit;
}

}  // namespace

std::optional<MainProgram> inline_hit(std::span<const bpf_insn> program,
                                      std::span<const bpf_func_info> functions,
                                      uint32_t hit_type_id) {
  const auto hit = find_hit(program, functions, hit_type_id);
  if (!hit) return {};
  MainProgram made = {{program.begin(), program.end()}, {functions.begin(), functions.end()}};
  for (const size_t at : hit->calls) made.instructions[at] = jump_to(hit->start, at);
  made.functions.erase(made.functions.begin() + 1);
  return made;
}

}  // namespace pwru::program
