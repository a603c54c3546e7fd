// SPDX-License-Identifier: Apache-2.0
// Registers of the generated function:
//            context  window  limit  A   X   scratch
//   cast     r1       r2      r3     r4  r6  r0 r5
//   copying  r9       -       r5     r6  r7  r1 r2
// The limit is how many bytes the plain loads may touch: linear_len, or copied_len. A casting
// filter leaves its arguments where they are and has nothing in registers that a function must save
// for its caller, but for X: most packets are decided by a few loads, and saving would be half of
// the work. So it saves what it needs around its own calls, which are rare.
// Scratch memory and loop budgets are on the function's own stack. A and X are written by 32-bit
// operations only, so their upper halves are zero.
#include "filter/codegen.h"

#include <fmt/core.h>
#include <linux/filter.h>

#include <array>
#include <cstddef>

#include "abi/filter.h"
#include "filter/assembler.h"
#include "filter/classic_flow.h"

namespace pwru::filter {
namespace {

struct Registers {
  uint8_t ctx, window, limit, a, x, scratch, scratch2;
};
constexpr Registers kCasting = {BPF_REG_1, BPF_REG_2, BPF_REG_3, BPF_REG_4,
                                BPF_REG_6, BPF_REG_5, BPF_REG_0};
constexpr Registers kCopying = {BPF_REG_9, BPF_REG_0, BPF_REG_5, BPF_REG_6,
                                BPF_REG_7, BPF_REG_1, BPF_REG_2};

// The byte array of struct __kernel_sockaddr_storage: the longest that the cast reaches at once.
constexpr int16_t kWindowStart = 2;
constexpr uint32_t kWindowBytes = 126;

// Rounds of each of the filter's loops (protochain has one for each IP version). The verifier walks
// every one, on all ways through.
constexpr int32_t kLoopRounds = 32;

// Where the budget is kept, from the frame's end; and around the calls of a casting filter the
// context, the window and A.
constexpr int16_t kBudgetSlot = -8, kCtxSlot = -16, kWindowSlot = -24, kSavedA = -32;

// What the kernel's 512 bytes leave beside the tracer's own frames; a casting tracer's are smaller.
constexpr int32_t kMaxStackBytes = 64, kMaxCastStackBytes = 96;

constexpr uint8_t op_of(const ClassicInsn& insn) { return static_cast<uint8_t>(BPF_OP(insn.code)); }

constexpr int16_t ctx_offset(size_t offset) { return static_cast<int16_t>(offset); }
constexpr int16_t kBase = ctx_offset(offsetof(pwru_filter_ctx, base));
constexpr int16_t kSkb = ctx_offset(offsetof(pwru_filter_ctx, skb));
constexpr int16_t kLen = ctx_offset(offsetof(pwru_filter_ctx, len));
constexpr int16_t kLinearLen = ctx_offset(offsetof(pwru_filter_ctx, linear_len));
constexpr int16_t kCopiedLen = ctx_offset(offsetof(pwru_filter_ctx, copied_len));
constexpr int16_t kVlanTag = ctx_offset(offsetof(pwru_filter_ctx, vlan_tag));
constexpr int16_t kCopy = ctx_offset(offsetof(pwru_filter_ctx, copy));

// One load of the packet that left the plain way, to be finished behind the program.
struct SlowLoad {
  Label entry;
  Label done;
  ClassicInsn insn;
};

class Translator {
 public:
  Translator(const ClassicProgram& program, const CastIds& ids)
      : program_(program),
        ids_(ids),
        copies_(ids.rdonly_cast_id == 0),
        reg_(copies_ ? kCopying : kCasting) {}

  Result<Code> run() {
    reject_ = asm_.new_label();
    for (size_t i = 0; i < program_.size(); i++) {
      labels_.push_back(asm_.new_label());
      round_labels_.push_back(asm_.new_label());
    }
    flow_ = analyze(program_);
    if (!lay_out_stack())
      return fail("it needs more memory than the kernel gives", ExitCode::BadUsage);
    emit_prologue();
    for (size_t i = 0; i < program_.size(); i++) {
      if (flow_.is_reachable[i]) emit_insn(i);
    }
    for (const SlowLoad& load : slow_loads_) emit_slow_load(load);
    if (asm_.is_used(reject_)) {
      asm_.bind(reject_);
      emit_return(0);
    }
    if (!asm_.resolve()) {
      return fail(
          fmt::format("it is too long for the kernel: {} instructions", asm_.insns().size()),
          ExitCode::BadUsage);
    }
    return Code{asm_.insns(), load_calls_, reads_len_};
  }

 private:
  bool lay_out_stack() {
    int32_t depth = !copies_ ? -kSavedA : flow_.has_loops ? -kBudgetSlot : 0;
    for (size_t slot = 0; slot < flow_.uses_memory.size(); slot++) {
      if (!flow_.uses_memory[slot]) continue;
      depth += 4;
      memory_slots_[slot] = static_cast<int16_t>(-depth);
    }
    return depth <= (copies_ ? kMaxStackBytes : kMaxCastStackBytes);
  }

  void emit_prologue() {
    if (copies_) asm_.mov(reg_.ctx, BPF_REG_1);
    asm_.mov32_imm(reg_.a, 0);
    if (uses_x()) asm_.mov32_imm(reg_.x, 0);
    for (size_t slot = 0; slot < flow_.uses_memory.size(); slot++) {
      if (flow_.uses_memory[slot]) asm_.store(BPF_W, BPF_REG_10, memory_slots_[slot], reg_.a);
    }
    if (copies_ && has_load()) emit_limit();
  }

  bool uses_x() const {
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

  bool loads_packet(size_t at) const {
    return flow_.is_reachable[at] && is_packet_load(program_[at]) && !never_succeeds(program_[at]);
  }

  bool has_load() const {
    for (size_t i = 0; i < program_.size(); i++) {
      if (loads_packet(i)) return true;
    }
    return false;
  }

  static bool is_in_window(const ClassicInsn& insn) {
    return !is_indirect(insn) && insn.k + load_bytes(insn) <= kWindowBytes;
  }

  void load_ctx(uint8_t size, uint8_t dst, int16_t field) { asm_.load(size, dst, reg_.ctx, field); }

  void emit_limit() { load_ctx(BPF_W, reg_.limit, copies_ ? kCopiedLen : kLinearLen); }

  // Around a call whose result goes to `dst`.
  void emit_save(uint8_t dst) {
    if (copies_) return;
    asm_.store(BPF_DW, BPF_REG_10, kCtxSlot, reg_.ctx);
    asm_.store(BPF_DW, BPF_REG_10, kWindowSlot, reg_.window);
    if (dst != reg_.a) asm_.store(BPF_DW, BPF_REG_10, kSavedA, reg_.a);
  }
  void emit_restore(uint8_t dst) {
    if (!copies_) {
      asm_.load(BPF_DW, reg_.ctx, BPF_REG_10, kCtxSlot);
      asm_.load(BPF_DW, reg_.window, BPF_REG_10, kWindowSlot);
      if (dst != reg_.a) asm_.load(BPF_DW, reg_.a, BPF_REG_10, kSavedA);
    }
    emit_limit();
  }

  // r0 = window whose first byte is that of the packet at `offset`, or at the scratch register
  // beyond.
  void emit_cast(uint32_t offset, bool adds_scratch) {
    load_ctx(BPF_DW, BPF_REG_1, kBase);
    if (adds_scratch) asm_.alu64(BPF_ADD, BPF_REG_1, reg_.scratch);
    asm_.alu64_imm(BPF_ADD, BPF_REG_1, static_cast<int32_t>(offset) - kWindowStart);
    asm_.mov32_imm(BPF_REG_2, static_cast<int32_t>(ids_.byte_window_id));
    asm_.call(BPF_PSEUDO_KFUNC_CALL, static_cast<int32_t>(ids_.rdonly_cast_id));
  }

  void emit_return(int32_t value) {
    asm_.mov32_imm(BPF_REG_0, value);
    asm_.exit();
  }

  void emit_insn(size_t at) {
    const ClassicInsn& insn = program_[at];
    asm_.bind(labels_[at]);
    if (flow_.is_loop_head[at]) emit_loop_head(at);
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
        return emit_jump(at);
      case BPF_RET:
        return emit_ret(insn);
      default:
        return BPF_MISCOP(insn.code) == BPF_TAX ? asm_.mov32(reg_.x, reg_.a)
                                                : asm_.mov32(reg_.a, reg_.x);
    }
  }

  // Who comes from before the loop gets a full budget, whatever a loop before left of it: else the
  // verifier would walk this one for each such rest.
  void emit_loop_head(size_t at) {
    // All 64 bits and through a register, else older verifiers forget the value.
    asm_.mov32_imm(reg_.scratch, kLoopRounds);
    asm_.store(BPF_DW, BPF_REG_10, kBudgetSlot, reg_.scratch);
    asm_.bind(round_labels_[at]);
    emit_forget();
  }

  // Makes A, X and the memory unknown to the verifier, at no change: else it would follow every way
  // through a loop's body with the values of each way before, which doubles at every round.
  void emit_forget() {
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

  void load_len(uint8_t dst) {
    reads_len_ = true;
    load_ctx(BPF_W, dst, kLen);
  }

  void emit_ret(const ClassicInsn& insn) {
    if (BPF_RVAL(insn.code) != BPF_A) return emit_return(insn.k != 0);
    const Label is_zero = asm_.new_label();
    asm_.mov32(BPF_REG_0, reg_.a);
    asm_.jump_imm(BPF_JEQ, BPF_REG_0, 0, is_zero);
    asm_.mov32_imm(BPF_REG_0, 1);
    asm_.bind(is_zero);
    asm_.exit();
  }

  void emit_load(const ClassicInsn& insn) {
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
    const Label done = asm_.new_label();
    if (copies_) {
      emit_copied_load(insn, dst, done);
    } else {
      emit_cast_load(insn, dst, done);
    }
    asm_.bind(done);
    if (BPF_MODE(insn.code) == BPF_MSH) {
      asm_.alu32_imm(BPF_AND, dst, 0xf);
      asm_.alu32_imm(BPF_LSH, dst, 2);
    }
  }

  Label slow_way(const ClassicInsn& insn, Label done) {
    slow_loads_.push_back({asm_.new_label(), done, insn});
    return slow_loads_.back().entry;
  }

  // scratch = X + k. No wrap-around: it is added in 64 bits, so the sum is beyond every packet
  // then, which is what bpf_filter() of libpcap takes pains to find out in 32.
  void emit_indirect_offset(const ClassicInsn& insn) {
    asm_.mov(reg_.scratch, reg_.x);
    if (insn.k) asm_.alu64_imm(BPF_ADD, reg_.scratch, static_cast<int32_t>(insn.k));
  }

  void emit_cast_load(const ClassicInsn& insn, uint8_t dst, Label done) {
    const uint32_t bytes = load_bytes(insn);
    if (is_indirect(insn)) {
      emit_indirect_offset(insn);
      asm_.mov(reg_.scratch2, reg_.scratch);
      asm_.alu64_imm(BPF_ADD, reg_.scratch2, static_cast<int32_t>(bytes));
      asm_.jump64(BPF_JGT, reg_.scratch2, reg_.limit, slow_way(insn, done));
    } else {
      asm_.jump_imm(BPF_JLT, reg_.limit, static_cast<int32_t>(insn.k + bytes),
                    slow_way(insn, done));
    }
    if (is_in_window(insn)) {
      asm_.load(BPF_SIZE(insn.code), dst, reg_.window, static_cast<int16_t>(kWindowStart + insn.k));
    } else {
      emit_save(dst);
      emit_cast(is_indirect(insn) ? 0 : insn.k, is_indirect(insn));
      asm_.load(BPF_SIZE(insn.code), dst, BPF_REG_0, kWindowStart);
      emit_restore(dst);
    }
    asm_.from_big_endian(dst, bytes);
  }

  void emit_copied_load(const ClassicInsn& insn, uint8_t dst, Label done) {
    const uint32_t bytes = load_bytes(insn);
    if (is_indirect(insn)) {
      emit_indirect_offset(insn);
      return emit_load_call(insn, dst);
    }
    if (insn.k + bytes > PWRU_COPY_BYTES) return emit_load_call(insn, dst);
    asm_.jump_imm(BPF_JLT, reg_.limit, static_cast<int32_t>(insn.k + bytes), slow_way(insn, done));
    emit_aligned_pieces(insn.k, bytes, dst);
  }

  // The verifier refuses unaligned loads of the stack on every architecture.
  void emit_aligned_pieces(uint32_t offset, uint32_t bytes, uint8_t dst) {
    for (uint32_t at = offset; at < offset + bytes;) {
      uint32_t piece = offset + bytes - at;
      while (piece == 3 || (kCopy + at) % piece) piece--;
      const uint8_t reg = at == offset ? dst : static_cast<uint8_t>(BPF_REG_1);
      const uint8_t size = piece == 4 ? BPF_W : piece == 2 ? BPF_H : BPF_B;
      asm_.load(size, reg, reg_.ctx, static_cast<int16_t>(kCopy + at));
      asm_.from_big_endian(reg, piece);
      if (reg != dst) {
        asm_.alu32_imm(BPF_LSH, dst, static_cast<int32_t>(8 * piece));
        asm_.alu32(BPF_OR, dst, reg);
      }
      at += piece;
    }
  }

  void emit_slow_load(const SlowLoad& load) {
    asm_.bind(load.entry);
    emit_load_call(load.insn, BPF_CLASS(load.insn.code) == BPF_LD ? reg_.a : reg_.x);
    asm_.jump_always(load.done);
  }

  // dst = pwru_filter_load(...); the offset of an indirect load is in the scratch register.
  void emit_load_call(const ClassicInsn& insn, uint8_t dst) {
    const uint64_t size = static_cast<uint64_t>(load_bytes(insn)) << PWRU_LOAD_SIZE_SHIFT;
    emit_save(dst);
    if (is_indirect(insn)) {
      asm_.mov(reg_.scratch2, reg_.scratch);
      asm_.alu64_imm(BPF_RSH, reg_.scratch2, 32);
      asm_.jump_imm(BPF_JNE, reg_.scratch2, 0, reject_);
      asm_.load_imm64(BPF_REG_3, size);
      asm_.alu64(BPF_ADD, BPF_REG_3, reg_.scratch);
    } else {
      asm_.load_imm64(BPF_REG_3, size | insn.k);
    }
    load_ctx(BPF_DW, BPF_REG_2, kBase);
    load_ctx(BPF_W, BPF_REG_4, kLinearLen);
    load_ctx(BPF_W, BPF_REG_5, kVlanTag);
    load_ctx(BPF_DW, BPF_REG_1, kSkb);
    load_calls_.push_back(asm_.insns().size());
    asm_.call(BPF_PSEUDO_CALL, -1);
    asm_.mov(BPF_REG_1, BPF_REG_0);
    asm_.alu64_imm(BPF_RSH, BPF_REG_1, 32);
    asm_.jump_imm(BPF_JNE, BPF_REG_1, 0, reject_);
    asm_.mov32(dst, BPF_REG_0);
    // Tells the verifier what it knows of the plain load of a byte, so that the ways join.
    if (load_bytes(insn) == 1) asm_.alu32_imm(BPF_AND, dst, 0xff);
    emit_restore(dst);
  }

  void emit_alu(const ClassicInsn& insn) {
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

  void emit_jump(size_t at) {
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

  void emit_condition(uint8_t op, const ClassicInsn& insn, Label target) {
    if (BPF_SRC(insn.code) == BPF_X) return asm_.jump32(op, reg_.a, reg_.x, target);
    asm_.jump_imm(op, reg_.a, static_cast<int32_t>(insn.k), target);
  }

  const ClassicProgram& program_;
  const CastIds& ids_;
  bool copies_;
  Registers reg_;
  Flow flow_;
  Assembler asm_;
  Label reject_;
  std::vector<Label> labels_;        // of each classic instruction
  std::vector<Label> round_labels_;  // where a backward jump to it goes
  std::array<int16_t, BPF_MEMWORDS> memory_slots_ = {};
  std::vector<SlowLoad> slow_loads_;
  std::vector<size_t> load_calls_;
  bool reads_len_ = false;
};

}  // namespace

Result<Code> translate(const ClassicProgram& program, const CastIds& ids) {
  PWRU_TRY(check_classic(program));
  return Translator(program, ids).run();
}

}  // namespace pwru::filter
