// SPDX-License-Identifier: Apache-2.0
// Generates the loads of packet bytes in a filter, and assigns the registers that a filter uses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "filter/assembler.h"
#include "filter/classic.h"
#include "filter/filter.h"
#include "filter/made_up.h"

namespace pwru::filter {

enum class Reading {
  Copied,  // from copy[] of the context
  Cast,    // in place, in a function that is given a context and a window
  Hit,     // in place, in pwru_filter_hit(), whose context is its own frame
};

//            context  window  limit  A   X   scratch
//   cast     r1       r2      r3     r4  r6  r5 r0
//   hit      r10      r0      r3     r4  r1  r5 r2
//   copying  r9       -       r5     r6  r7  r1 r2
// The limit is how many bytes the plain loads may touch: linear_len, or copied_len. A casting
// filter leaves its arguments where they are. Except for X of `cast` it uses no register that a
// function must save for its caller: a few loads decide most packets, and saving would be half of
// the work. Instead it saves registers around its own calls, which are rare. Only 32-bit operations
// write A and X, so their upper halves are zero.
struct Registers {
  uint8_t ctx, window, limit, a, x, scratch, scratch2;
};

// Where pwru_filter_hit() keeps its values, as offsets from the end of the frame. linear_len and
// the upper half of PWRU_WHERE_* form one number.
struct HitFrame {
  static constexpr int16_t kCtx = -8, kLinearLen = -16, kWhere = -12, kBase = -24, kSkb = -32,
                           kPacketId = -40, kEtherType = -48;
  static constexpr int32_t kBytes = 48;
};

class PacketLoads {
 public:
  // The byte array of struct __kernel_sockaddr_storage, the longest that one cast reaches.
  static constexpr int16_t kWindowStart = 2;
  static constexpr uint32_t kWindowBytes = 126;

  // A load outside of the packet jumps to `reject`.
  PacketLoads(Assembler& assembler, const CastIds& ids, Label reject, Reading reading);

  [[nodiscard]] bool copies() const { return reading_ == Reading::Copied; }
  // How many bytes from the end of the frame these loads use, the 8 bytes of a loop's budget
  // included.
  [[nodiscard]] int32_t frame_bytes() const;
  [[nodiscard]] const Registers& registers() const { return reg_; }

  // The packet has no Ethernet header, and the program judges a made-up frame.
  void set_made_up(const MadeUpAddresses& addresses) { addresses_ = addresses; }
  // The EtherType of that frame is in A when the program begins.
  void set_ether_type_in_a() { has_ether_type_in_a_ = true; }
  [[nodiscard]] bool has_ether_type_in_a() const { return has_ether_type_in_a_; }

  // emit_limit() belongs at the beginning of a function that loads from the packet, emit_ctx() at
  // the beginning of every function.
  void emit_limit();
  void emit_ctx();
  // Puts the made-up addresses into copy[], if the program asks for them.
  void emit_addresses(const ClassicProgram& program);
  // Whether the program uses X: then the calls of a hit must save it.
  void set_uses_x(bool uses_x) { uses_x_ = uses_x; }
  // dst = pwru_filter_ctx.len
  void emit_len(uint8_t dst);
  // A load of BPF_ABS, BPF_IND or BPF_MSH; of the last without its arithmetic.
  void emit(const ClassicInsn& insn, uint8_t dst);
  // SKF_AD_*
  void emit_ancillary(uint32_t what, uint8_t dst);
  // Emits, behind the program, the slow paths of loads that the plain path cannot serve.
  void emit_slow_ways();
  // The instructions that call pwru_filter_load().
  [[nodiscard]] const std::vector<size_t>& calls() const { return calls_; }

 private:
  struct SlowWay {
    Label entry;
    Label done;
    ClassicInsn insn;
    uint8_t dst;
  };

  void load_ctx(uint8_t size, uint8_t dst, int16_t field, int16_t hit_slot);
  void load_base(uint8_t dst);
  void load_linear_len(uint8_t dst);
  int16_t slot(int16_t offset) const;
  [[nodiscard]] bool saves_x(uint8_t dst) const;
  void emit_save(uint8_t dst);
  void emit_restore(uint8_t dst);
  void emit_cast(uint32_t offset, bool adds_scratch);
  Label slow_way(const ClassicInsn& insn, uint8_t dst, Label done);
  void emit_indirect_offset(const ClassicInsn& insn);
  void emit_made_up(const ClassicInsn& insn, uint8_t dst);
  void emit_ether_type(uint8_t dst);
  void emit_cast_load(const ClassicInsn& insn, uint8_t dst, Label done);
  void emit_copied_load(const ClassicInsn& insn, uint8_t dst, Label done);
  void emit_aligned_pieces(uint32_t offset, uint32_t bytes, uint8_t dst);
  void emit_call(const ClassicInsn& insn, uint8_t dst);
  void emit_load_call();

  Assembler& asm_;
  const CastIds& ids_;
  Label reject_;
  Reading reading_;
  Registers reg_;
  std::optional<MadeUpAddresses> addresses_;
  bool uses_x_ = false, has_ether_type_in_a_ = false;
  std::vector<SlowWay> slow_ways_;
  std::vector<size_t> calls_;
};

}  // namespace pwru::filter
