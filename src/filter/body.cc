// SPDX-License-Identifier: Apache-2.0
#include "filter/body.h"

#include <linux/filter.h>
#include <algorithm>

#include "filter/made_up.h"

namespace pwru::filter {
namespace {

// How many rounds each loop of the filter may take (protochain has one loop for each IP version).
// The verifier walks every round, on all paths.
constexpr int32_t kLoopRounds = 32;

// Where the remaining rounds are kept, as an offset from the end of the frame.
constexpr int16_t kBudgetSlot = -8;

// How much of the kernel's 512 bytes is left for a filter beside the tracer's own frames, which are
// larger where they hold copies: tests/bpf/call_chains_test.cc. Filters that cast and are not a hit
// filter never need more.
constexpr int32_t kMaxCopyStackBytes = 64;
constexpr int32_t kMaxCastStackBytes = 96;

// Up to this many comparisons are not halved any further.
constexpr size_t kMostInARow = 3;

constexpr uint8_t op_of(const ClassicInsn& insn) { return static_cast<uint8_t>(BPF_OP(insn.code)); }

// Whether the program may read A before it sets A. Nearly all programs begin with a load of A.
bool may_read_unset_a(const ClassicProgram& program, const Flow& flow) {
  return flow.has_loops || BPF_CLASS(program.front().code) != BPF_LD ||
         std::find(flow.uses_memory.begin(), flow.uses_memory.end(), true) !=
             flow.uses_memory.end();
}

}  // namespace

bool begins_with_ether_type(const ClassicProgram& program) {
  return is_ether_type_load(program.front()) && !may_read_unset_a(program, analyze(program));
}

Body::Body(const ClassicProgram& program, Assembler& assembler, PacketLoads& loads,
           std::optional<Label> accept, Label reject)
    : program_(program),
      asm_(assembler),
      loads_(loads),
      reg_(loads.registers()),
      accept_(accept),
      reject_(reject) {}

bool Body::emit() {
  for (size_t i = 0; i < program_.size(); i++) {
    labels_.push_back(asm_.new_label());
    round_labels_.push_back(asm_.new_label());
  }
  flow_ = analyze(program_);
  if (!lay_out_stack()) return false;
  emit_prologue();
  for (size_t i = 0; i < program_.size(); i++) {
    if (flow_.is_reachable[i] && !flow_.is_inside_run[i]) emit_insn(i);
  }
  loads_.emit_slow_ways();
  return true;
}

bool Body::lay_out_stack() {
  int32_t depth = flow_.has_loops ? -kBudgetSlot : 0;
  if (!loads_.copies()) depth = loads_.frame_bytes();
  for (size_t slot = 0; slot < flow_.uses_memory.size(); slot++) {
    if (!flow_.uses_memory[slot]) continue;
    depth += 4;
    memory_slots_[slot] = static_cast<int16_t>(-depth);
  }
  return depth <= (loads_.copies() ? kMaxCopyStackBytes : kMaxCastStackBytes);
}

void Body::emit_prologue() {
  loads_.emit_ctx();
  loads_.set_uses_x(uses_x());
  if (may_read_unset_a(program_, flow_)) asm_.mov32_imm(reg_.a, 0);
  if (uses_x()) asm_.mov32_imm(reg_.x, 0);
  for (size_t slot = 0; slot < flow_.uses_memory.size(); slot++) {
    if (flow_.uses_memory[slot]) asm_.store(BPF_W, BPF_REG_10, memory_slots_[slot], reg_.a);
  }
  if (loads_.copies() && has_load()) loads_.emit_limit();
  if (loads_.copies()) loads_.emit_addresses(program_);
}

// A program that is given the EtherType in A need not load it first.
bool Body::finds_a_loaded(size_t at) const {
  return at == 0 && loads_.has_ether_type_in_a() && begins_with_ether_type(program_);
}

bool Body::uses_x() const {
  if (flow_.has_loops) return true;
  for (size_t i = 0; i < program_.size(); i++) {
    const uint16_t code = program_[i].code, kind = BPF_CLASS(code);
    const bool computes = kind == BPF_ALU || kind == BPF_JMP;
    if (kind == BPF_LDX || kind == BPF_STX || kind == BPF_MISC || is_indirect(program_[i]) ||
        (computes && BPF_SRC(code) == BPF_X))
      return true;
  }
  return false;
}

bool Body::loads_packet(size_t at) const {
  return flow_.is_reachable[at] && is_packet_load(program_[at]) && !never_succeeds(program_[at]);
}

bool Body::has_load() const {
  for (size_t i = 0; i < program_.size(); i++) {
    if (loads_packet(i)) return true;
  }
  return false;
}

void Body::emit_return(int32_t value) {
  if (value && accept_) return asm_.jump_always(*accept_);
  asm_.mov32_imm(BPF_REG_0, value);
  asm_.exit();
}

void Body::emit_insn(size_t at) {
  const ClassicInsn& insn = program_[at];
  asm_.bind(labels_[at]);
  if (flow_.is_loop_head[at]) emit_loop_head(at);
  if (finds_a_loaded(at)) return;
  if (never_succeeds(insn)) return emit_return(0);
  switch (BPF_CLASS(insn.code)) {
    case BPF_LD:
    case BPF_LDX:
      return emit_load(insn);
    case BPF_ST:
      return asm_.store(BPF_W, BPF_REG_10, memory_slots_[insn.k], reg_.a);
    case BPF_STX:
      return asm_.store(BPF_W, BPF_REG_10, memory_slots_[insn.k], reg_.x);
    case BPF_ALU:
      return emit_alu(insn);
    case BPF_JMP:
      return flow_.runs.contains(at) ? emit_run(flow_.runs.at(at)) : emit_jump(at);
    case BPF_RET:
      return emit_ret(insn);
    default:
      return BPF_MISCOP(insn.code) == BPF_TAX ? asm_.mov32(reg_.x, reg_.a)
                                              : asm_.mov32(reg_.a, reg_.x);
  }
}

// Whoever enters the loop from before it gets a full budget, whatever an earlier loop left.
// Otherwise the verifier would walk this loop once for each rest of the budget.
void Body::emit_loop_head(size_t at) {
  // Stores all 64 bits, from a register: older verifiers forget the value of any other store.
  asm_.mov32_imm(reg_.scratch, kLoopRounds);
  asm_.store(BPF_DW, BPF_REG_10, kBudgetSlot, reg_.scratch);
  asm_.bind(round_labels_[at]);
  emit_forget();
}

// Makes A, X and the memory unknown to the verifier without changing their values. Otherwise the
// verifier would walk the loop's body for each combination of known values, and their number
// doubles in each round.
void Body::emit_forget() {
  load_len(reg_.scratch);
  const auto forget = [&](uint8_t reg) {
    asm_.alu32(BPF_ADD, reg, reg_.scratch);
    asm_.alu32(BPF_SUB, reg, reg_.scratch);
  };
  forget(reg_.a);
  forget(reg_.x);
  for (size_t slot = 0; slot < flow_.uses_memory.size(); slot++) {
    if (!flow_.uses_memory[slot]) continue;
    asm_.load(BPF_W, reg_.scratch2, BPF_REG_10, memory_slots_[slot]);
    forget(reg_.scratch2);
    asm_.store(BPF_W, BPF_REG_10, memory_slots_[slot], reg_.scratch2);
  }
}

void Body::load_len(uint8_t dst) {
  reads_len_ = true;
  loads_.emit_len(dst);
}

void Body::emit_ret(const ClassicInsn& insn) {
  if (BPF_RVAL(insn.code) != BPF_A) return emit_return(insn.k != 0);
  if (accept_) {
    asm_.jump_imm(BPF_JNE, reg_.a, 0, *accept_);
    return emit_return(0);
  }
  const Label is_zero = asm_.new_label();
  asm_.mov32(BPF_REG_0, reg_.a);
  asm_.jump_imm(BPF_JEQ, BPF_REG_0, 0, is_zero);
  asm_.mov32_imm(BPF_REG_0, 1);
  asm_.bind(is_zero);
  asm_.exit();
}

void Body::emit_load(const ClassicInsn& insn) {
  const uint8_t dst = BPF_CLASS(insn.code) == BPF_LD ? reg_.a : reg_.x;
  switch (BPF_MODE(insn.code)) {
    case BPF_IMM:
      return asm_.mov32_imm(dst, static_cast<int32_t>(insn.k));
    case BPF_LEN:
      return load_len(dst);
    case BPF_MEM:
      return asm_.load(BPF_W, dst, BPF_REG_10, memory_slots_[insn.k]);
    default:
      break;
  }
  if (const auto what = ancillary_of(insn)) {
    reads_ancillary_ = true;
    return loads_.emit_ancillary(*what, dst);
  }
  loads_.emit(insn, dst);
  if (BPF_MODE(insn.code) == BPF_MSH) {
    asm_.alu32_imm(BPF_AND, dst, 0xf);
    asm_.alu32_imm(BPF_LSH, dst, 2);
  }
}

void Body::emit_alu(const ClassicInsn& insn) {
  const uint8_t op = op_of(insn);
  if (op == BPF_NEG) return asm_.neg32(reg_.a);
  const bool is_shift = op == BPF_LSH || op == BPF_RSH;
  if (BPF_SRC(insn.code) == BPF_K) {
    if (is_shift && insn.k > 31) return asm_.mov32_imm(reg_.a, 0);
    return asm_.alu32_imm(op, reg_.a, static_cast<int32_t>(insn.k));
  }
  if (op == BPF_DIV || op == BPF_MOD) asm_.jump_imm(BPF_JEQ, reg_.x, 0, reject_);
  if (!is_shift) return asm_.alu32(op, reg_.a, reg_.x);
  const Label is_short = asm_.new_label(), done = asm_.new_label();
  asm_.jump_imm(BPF_JLT, reg_.x, 32, is_short);
  asm_.mov32_imm(reg_.a, 0);
  asm_.jump_always(done);
  asm_.bind(is_short);
  asm_.alu32(op, reg_.a, reg_.x);
  asm_.bind(done);
}

void Body::emit_jump(size_t at) {
  const ClassicInsn& insn = program_[at];
  if (is_backward_jump(insn)) {
    asm_.load(BPF_DW, reg_.scratch, BPF_REG_10, kBudgetSlot);
    asm_.alu64_imm(BPF_ADD, reg_.scratch, -1);
    asm_.store(BPF_DW, BPF_REG_10, kBudgetSlot, reg_.scratch);
    asm_.jump_imm(BPF_JEQ, reg_.scratch, 0, reject_);
  }
  if (op_of(insn) == BPF_JA) {
    const size_t target = jump_target(at, insn);
    if (is_backward_jump(insn)) return asm_.jump_always(round_labels_[target]);
    if (target != at + 1) asm_.jump_always(labels_[target]);
    return;
  }
  const auto opposite = opposite_of(op_of(insn));
  if (insn.jt == 0 && opposite) {
    if (insn.jf != 0) emit_condition(*opposite, insn, labels_[at + 1 + insn.jf]);
    return;
  }
  emit_condition(op_of(insn), insn, labels_[at + 1 + insn.jt]);
  if (insn.jf != 0) asm_.jump_always(labels_[at + 1 + insn.jf]);
}

// Searches by halves, in the order of the constants, so that a list of hundreds costs a few
// comparisons.
void Body::emit_run(std::vector<size_t> run) {
  const ClassicInsn& last = program_[run.back()];
  const Label none = labels_[run.back() + 1 + last.jf];
  std::sort(run.begin(), run.end(),
            [&](size_t a, size_t b) { return program_[a].k < program_[b].k; });
  emit_halves(run, none);
}

void Body::emit_halves(std::span<const size_t> sorted, Label none) {
  const auto constant = [&](size_t at) { return static_cast<int32_t>(program_[at].k); };
  if (sorted.size() <= kMostInARow) {
    for (const size_t at : sorted)
      asm_.jump_imm(BPF_JEQ, reg_.a, constant(at), labels_[at + 1 + program_[at].jt]);
    return asm_.jump_always(none);
  }
  const size_t half = sorted.size() / 2;
  const Label upper = asm_.new_label();
  asm_.jump_imm(BPF_JGE, reg_.a, constant(sorted[half]), upper);
  emit_halves(sorted.first(half), none);
  asm_.bind(upper);
  emit_halves(sorted.subspan(half), none);
}

void Body::emit_condition(uint8_t op, const ClassicInsn& insn, Label target) {
  if (BPF_SRC(insn.code) == BPF_X) return asm_.jump32(op, reg_.a, reg_.x, target);
  asm_.jump_imm(op, reg_.a, static_cast<int32_t>(insn.k), target);
}

}  // namespace pwru::filter
