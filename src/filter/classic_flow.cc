// SPDX-License-Identifier: Apache-2.0
#include "filter/classic_flow.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace pwru::filter {
namespace {

bool is_memory_access(const ClassicInsn& insn) {
  const int kind = BPF_CLASS(insn.code);
  if (kind == BPF_ST || kind == BPF_STX) return true;
  return (kind == BPF_LD || kind == BPF_LDX) && BPF_MODE(insn.code) == BPF_MEM;
}

bool is_known_load(const ClassicInsn& insn) {
  const bool is_word = BPF_SIZE(insn.code) == BPF_W;
  switch (BPF_MODE(insn.code)) {
    case BPF_IMM:
    case BPF_MEM:
    case BPF_LEN:
      return is_word;
    case BPF_ABS:
    case BPF_IND:
      return BPF_CLASS(insn.code) == BPF_LD && BPF_SIZE(insn.code) != 0x18;
    case BPF_MSH:
      return BPF_CLASS(insn.code) == BPF_LDX && BPF_SIZE(insn.code) == BPF_B;
    default:
      return false;
  }
}

bool is_known(const ClassicInsn& insn) {
  switch (BPF_CLASS(insn.code)) {
    case BPF_LD:
    case BPF_LDX:
      return is_known_load(insn);
    case BPF_ALU:
      return BPF_OP(insn.code) <= BPF_XOR;
    case BPF_JMP:
      return BPF_OP(insn.code) <= BPF_JSET;
    case BPF_MISC:
      return BPF_MISCOP(insn.code) == BPF_TAX || BPF_MISCOP(insn.code) == BPF_TXA;
    default:
      return true;  // BPF_ST, BPF_STX, BPF_RET
  }
}

// The instructions that may follow this one: at most two.
std::vector<size_t> successors(size_t at, const ClassicInsn& insn) {
  if (BPF_CLASS(insn.code) == BPF_RET || never_succeeds(insn)) return {};
  if (BPF_CLASS(insn.code) != BPF_JMP) return {at + 1};
  if (BPF_OP(insn.code) == BPF_JA) return {jump_target(at, insn)};
  return {at + 1 + insn.jt, at + 1 + insn.jf};
}

// For fewer comparisons, one after the other is as quick as halving.
constexpr size_t kLeastRun = 6;

bool is_comparison_with_constant(const ClassicInsn& insn) {
  return insn.code == (BPF_JMP | BPF_JEQ | BPF_K);
}

std::vector<size_t> run_from(const ClassicProgram& program, const std::vector<size_t>& arrivals,
                             size_t first) {
  std::vector<size_t> run = {first};
  std::set<uint32_t> constants = {program[first].k};
  for (size_t at = first + 1 + program[first].jf;; at += 1 + size_t{program[at].jf}) {
    const bool goes_on = is_comparison_with_constant(program[at]) && arrivals[at] == 1;
    if (!goes_on || !constants.insert(program[at].k).second) return run;
    run.push_back(at);
  }
}

// `arrivals` says how many paths lead to each instruction.
void find_runs(const ClassicProgram& program, const std::vector<size_t>& arrivals, Flow& flow) {
  flow.is_inside_run.resize(program.size());
  for (size_t at = 0; at < program.size(); at++) {
    if (!flow.is_reachable[at] || flow.is_inside_run[at]) continue;
    if (!is_comparison_with_constant(program[at])) continue;
    auto run = run_from(program, arrivals, at);
    if (run.size() < kLeastRun) continue;
    for (size_t i = 1; i < run.size(); i++) flow.is_inside_run[run[i]] = true;
    flow.runs.emplace(at, std::move(run));
  }
}

// Whether each loop is entered at its head, where Body::emit_loop_head() counts its rounds, and not
// by the jump back.
bool are_loops_entered_at_the_head(const ClassicProgram& program) {
  std::vector<bool> is_reached(program.size());
  std::vector<size_t> open = {0}, heads;
  while (!open.empty()) {
    const size_t at = open.back();
    open.pop_back();
    if (is_reached[at]) continue;
    is_reached[at] = true;
    if (is_backward_jump(program[at])) {
      heads.push_back(jump_target(at, program[at]));
      continue;
    }
    for (const size_t next : successors(at, program[at])) open.push_back(next);
  }
  return std::ranges::all_of(heads, [&](size_t head) { return is_reached[head]; });
}

}  // namespace

Result<> check_classic(const ClassicProgram& program) {
  for (size_t at = 0; at < program.size(); at++) {
    const ClassicInsn& insn = program[at];
    bool is_good = is_known(insn) && (!is_memory_access(insn) || insn.k < BPF_MEMWORDS);
    if (is_good) {
      for (const size_t next : successors(at, insn)) is_good = is_good && next < program.size();
    }
    if (!is_good)
      return fail(
          fmt::format("instruction {} of libpcap's program is not known (code {:#x}, k {:#x})", at,
                      insn.code, insn.k));
  }
  if (program.empty()) return fail("libpcap's program is empty");
  if (!are_loops_entered_at_the_head(program))
    return fail("libpcap's program has a loop that is entered by its jump back only");
  return {};
}

Flow analyze(const ClassicProgram& program) {
  Flow flow;
  flow.is_reachable.resize(program.size());
  flow.is_loop_head.resize(program.size());
  std::vector<size_t> open = {0}, arrivals(program.size());
  while (!open.empty()) {
    const size_t at = open.back();
    open.pop_back();
    if (flow.is_reachable[at]) continue;
    flow.is_reachable[at] = true;
    const ClassicInsn& insn = program[at];
    if (is_memory_access(insn)) flow.uses_memory[insn.k] = true;
    if (is_backward_jump(insn)) {
      flow.has_loops = true;
      flow.is_loop_head[jump_target(at, insn)] = true;
    }
    for (const size_t next : successors(at, insn)) {
      arrivals[next]++;
      open.push_back(next);
    }
  }
  find_runs(program, arrivals, flow);
  return flow;
}

std::optional<uint32_t> ancillary_of(const ClassicInsn& insn) {
  constexpr auto kArea = static_cast<uint32_t>(SKF_AD_OFF);
  if (BPF_CLASS(insn.code) != BPF_LD || BPF_MODE(insn.code) != BPF_ABS) return std::nullopt;
  if (insn.k < kArea || insn.k >= kArea + SKF_AD_MAX) return std::nullopt;
  return insn.k - kArea;
}

bool is_packet_load(const ClassicInsn& insn) {
  if (ancillary_of(insn)) return false;
  if (BPF_CLASS(insn.code) != BPF_LD && BPF_CLASS(insn.code) != BPF_LDX) return false;
  const int mode = BPF_MODE(insn.code);
  return mode == BPF_ABS || mode == BPF_IND || mode == BPF_MSH;
}

bool is_indirect(const ClassicInsn& insn) { return BPF_MODE(insn.code) == BPF_IND; }

uint32_t load_bytes(const ClassicInsn& insn) {
  switch (BPF_SIZE(insn.code)) {
    case BPF_W:
      return 4;
    case BPF_H:
      return 2;
    default:
      return 1;
  }
}

bool never_succeeds(const ClassicInsn& insn) {
  constexpr uint32_t kNoPacket = std::numeric_limits<int32_t>::max() - 4;
  if (is_packet_load(insn)) return insn.k > kNoPacket;
  const bool is_division = BPF_CLASS(insn.code) == BPF_ALU &&
                           (BPF_OP(insn.code) == BPF_DIV || BPF_OP(insn.code) == BPF_MOD);
  return is_division && BPF_SRC(insn.code) == BPF_K && insn.k == 0;
}

bool is_backward_jump(const ClassicInsn& insn) {
  return BPF_CLASS(insn.code) == BPF_JMP && BPF_OP(insn.code) == BPF_JA &&
         static_cast<int32_t>(insn.k) < 0;
}

std::optional<uint8_t> opposite_of(uint8_t op) {
  switch (op) {
    case BPF_JEQ:
      return BPF_JNE;
    case BPF_JGT:
      return BPF_JLE;
    case BPF_JGE:
      return BPF_JLT;
    default:
      return std::nullopt;
  }
}

size_t jump_target(size_t at, const ClassicInsn& insn) {
  return static_cast<size_t>(static_cast<int64_t>(at) + 1 + static_cast<int32_t>(insn.k));
}

}  // namespace pwru::filter
