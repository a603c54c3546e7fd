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

// Whether a jump leads there.
bool is_target(std::span<const bpf_insn> program, size_t place) {
  for (size_t at = 0; at < program.size(); at++) {
    const int kind = BPF_CLASS(program[at].code), op = BPF_OP(program[at].code);
    const bool jumps = (kind == BPF_JMP || kind == BPF_JMP32) && op != BPF_CALL && op != BPF_EXIT;
    if (jumps && at + 1 + static_cast<size_t>(ptrdiff_t{program[at].off}) == place) return true;
  }
  return false;
}

// The kernel takes a function for a part of the main program when nothing calls it and it lies
// right behind the main program (add_subprog(), check_subprogs()). So the call becomes a jump.
// Behind a plain jump the next instructions may be unreachable, which check_cfg() refuses. So the
// jump depends on r3, the id of the packet, which is the constant 0: the verifier knows that the
// jump is taken, and deletes what follows.
std::optional<bpf_insn> jump_to(std::span<const bpf_insn> program, size_t start, size_t at,
                                bool is_untracked) {
  const int distance = static_cast<int>(start - at - 1);
  if (is_target(program, at + 1)) return insn(BPF_JMP | BPF_JA, 0, 0, distance, 0);
  if (!is_untracked) return {};
  return insn(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_3, 0, distance, 0);
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
                                      uint32_t hit_type_id, bool is_untracked) {
  const auto hit = find_hit(program, functions, hit_type_id);
  if (!hit) return {};
  MainProgram made = {{program.begin(), program.end()}, {functions.begin(), functions.end()}};
  for (const size_t at : hit->calls) {
    const auto jump = jump_to(program, hit->start, at, is_untracked);
    if (!jump) return {};
    made.instructions[at] = *jump;
  }
  made.functions.erase(made.functions.begin() + 1);
  return made;
}

}  // namespace pwru::program
