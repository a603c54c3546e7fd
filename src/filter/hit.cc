// SPDX-License-Identifier: Apache-2.0
#include "filter/hit.h"

#include "abi/filter.h"
#include "filter/assembler.h"
#include "filter/body.h"
#include "filter/packet_loads.h"

namespace pwru::filter {
namespace {

constexpr int32_t kHeaderUnset = 0xffff, kEthernetBytes = 14, kTagBytes = 4;
// enum pkt_start
constexpr int32_t kStartL2 = 1, kStartL3 = 2;

// The upper half of PWRU_WHERE_*.
constexpr int32_t where(int32_t start, bool is_plain) {
  const uint64_t plain =
      PWRU_WHERE_PLAIN | static_cast<uint64_t>(start == kStartL2 ? kEthernetBytes : 0)
                             << PWRU_WHERE_L2_BYTES_SHIFT;
  const uint64_t all =
      static_cast<uint64_t>(start) << PWRU_WHERE_START_SHIFT | (is_plain ? plain : 0);
  return static_cast<int32_t>(all >> 32);
}

// Registers until a body takes over.
constexpr uint8_t kHead = BPF_REG_1, kScratch = BPF_REG_2, kTail = BPF_REG_3,
                  kNetworkHeader = BPF_REG_4, kMacHeader = BPF_REG_5;
// Where they are kept around a call, in what the loads of a body have there.
constexpr int16_t kSavedHead = -48, kSavedTail = -56, kSavedMac = -64;

class Generator {
 public:
  Generator(const CastIds& ids, const SkbLayout& layout, bool tracks)
      : ids_(ids),
        layout_(layout),
        tracks_(tracks),
        accept_(asm_.new_label()),
        reject_(asm_.new_label()) {}

  Result<Code> run(const ClassicProgram& l2, const ClassicProgram& l3) {
    emit_find();
    PWRU_TRY(emit_layer(l2));
    asm_.bind(enter_l3_);
    asm_.jump_imm(BPF_JEQ, kNetworkHeader, 0, no_packet_);
    asm_.mov(kMacHeader, kNetworkHeader);
    asm_.store_imm(BPF_W, BPF_REG_10, HitFrame::kWhere, where(kStartL3, true));
    PWRU_TRY(emit_layer(l3));
    emit_other_l2();
    emit_no_packet();
    emit_match();
    emit_reject(asm_, reject_);
    PWRU_TRY(resolve(asm_));
    code_.insns = asm_.insns();
    return code_;
  }

 private:
  // r0 = the window that begins with this field of the skb.
  void emit_window(uint8_t skb, uint32_t field) {
    if (skb != BPF_REG_1) asm_.mov(BPF_REG_1, skb);
    asm_.alu64_imm(BPF_ADD, BPF_REG_1, static_cast<int32_t>(field) - PacketLoads::kWindowStart);
    emit_cast();
  }
  void emit_cast() {
    asm_.mov32_imm(BPF_REG_2, static_cast<int32_t>(ids_.byte_window_id));
    asm_.call(BPF_PSEUDO_KFUNC_CALL, static_cast<int32_t>(ids_.rdonly_cast_id));
  }
  static int16_t at(uint32_t offset) {
    return static_cast<int16_t>(static_cast<uint32_t>(PacketLoads::kWindowStart) + offset);
  }

  // The same as skb_find() and skb_pkt_start(). Falls through to an Ethernet frame.
  void emit_find() {
    const uint32_t window = layout_.network_header;
    asm_.store(BPF_DW, BPF_REG_10, HitFrame::kCtx, BPF_REG_1);
    asm_.store(BPF_DW, BPF_REG_10, HitFrame::kSkb, BPF_REG_2);
    if (tracks_) asm_.store(BPF_DW, BPF_REG_10, HitFrame::kPacketId, BPF_REG_3);
    emit_window(BPF_REG_2, window);
    asm_.load(BPF_DW, kTail, BPF_REG_0, at(0));
    asm_.load(BPF_DW, kHead, BPF_REG_0, at(layout_.head - window));
    asm_.mov(kMacHeader, kTail);
    asm_.alu64_imm(BPF_RSH, kMacHeader, 16);
    asm_.alu32_imm(BPF_AND, kMacHeader, 0xffff);
    asm_.mov32(kNetworkHeader, kTail);
    asm_.alu32_imm(BPF_AND, kNetworkHeader, 0xffff);
    asm_.alu64_imm(BPF_RSH, kTail, 32);
    // Not 14 when the MAC header is unset, which is the largest number.
    asm_.mov32(kScratch, kNetworkHeader);
    asm_.alu32(BPF_SUB, kScratch, kMacHeader);
    asm_.jump_imm(BPF_JNE, kScratch, kEthernetBytes, other_l2_);
    asm_.store_imm(BPF_W, BPF_REG_10, HitFrame::kWhere, where(kStartL2, true));
    asm_.bind(enter_l2_);
  }

  // Ethernet with tags, or fresh from the driver (eth_type_trans() pulled the header, nobody set
  // network_header yet); else an IP packet.
  void emit_other_l2() {
    const Label is_l2 = asm_.new_label();
    asm_.bind(other_l2_);
    asm_.jump_imm(BPF_JEQ, kMacHeader, kHeaderUnset, enter_l3_);
    asm_.jump_imm(BPF_JEQ, kScratch, kEthernetBytes + kTagBytes, is_l2);
    asm_.jump_imm(BPF_JEQ, kScratch, kEthernetBytes + 2 * kTagBytes, is_l2);
    asm_.jump32(BPF_JGE, kNetworkHeader, kMacHeader, enter_l3_);
    asm_.store(BPF_DW, BPF_REG_10, kSavedHead, kHead);
    asm_.store(BPF_DW, BPF_REG_10, kSavedTail, kTail);
    asm_.store(BPF_DW, BPF_REG_10, kSavedMac, kMacHeader);
    asm_.store(BPF_DW, BPF_REG_10, HitFrame::kBase, kNetworkHeader);
    asm_.load(BPF_DW, BPF_REG_1, BPF_REG_10, HitFrame::kSkb);
    emit_window(BPF_REG_1, layout_.data);
    asm_.load(BPF_DW, kScratch, BPF_REG_0, at(0));
    asm_.load(BPF_DW, kHead, BPF_REG_10, kSavedHead);
    asm_.load(BPF_DW, kTail, BPF_REG_10, kSavedTail);
    asm_.load(BPF_DW, kMacHeader, BPF_REG_10, kSavedMac);
    asm_.load(BPF_DW, kNetworkHeader, BPF_REG_10, HitFrame::kBase);
    asm_.alu64(BPF_SUB, kScratch, kHead);
    asm_.alu64_imm(BPF_ADD, kScratch, -kEthernetBytes);
    asm_.jump32(BPF_JNE, kScratch, kMacHeader, enter_l3_);
    asm_.bind(is_l2);
    asm_.store_imm(BPF_W, BPF_REG_10, HitFrame::kWhere, where(kStartL2, false));
    asm_.jump_always(enter_l2_);
  }

  // The packet begins kMacHeader bytes behind head.
  Result<> emit_layer(const ClassicProgram& program) {
    PWRU_TRY(check_classic(program));
    const Label has_bytes = asm_.new_label();
    asm_.alu64(BPF_ADD, kHead, kMacHeader);
    asm_.store(BPF_DW, BPF_REG_10, HitFrame::kBase, kHead);
    asm_.jump64(BPF_JGE, kTail, kMacHeader, has_bytes);
    asm_.mov(kTail, kMacHeader);
    asm_.bind(has_bytes);
    asm_.alu64(BPF_SUB, kTail, kMacHeader);
    asm_.store(BPF_W, BPF_REG_10, HitFrame::kLinearLen, kTail);
    if (tracks_) emit_accept_known();
    asm_.alu64_imm(BPF_ADD, BPF_REG_1, -PacketLoads::kWindowStart);
    emit_cast();
    asm_.load(BPF_W, BPF_REG_3, BPF_REG_10, HitFrame::kLinearLen);
    PacketLoads loads(asm_, ids_, reject_, Reading::Hit);
    Body body(program, asm_, loads, accept_, reject_);
    if (!body.emit()) return too_much_memory();
    code_.reads_len |= body.reads_len();
    code_.load_calls.insert(code_.load_calls.end(), loads.calls().begin(), loads.calls().end());
    return {};
  }

  void emit_accept_known() {
    asm_.load(BPF_DW, kScratch, BPF_REG_10, HitFrame::kPacketId);
    asm_.jump64_imm(BPF_JNE, kScratch, 0, accept_);
  }

  // An skb without headers is shown only when it is known.
  void emit_no_packet() {
    asm_.bind(no_packet_);
    if (tracks_) {
      asm_.store(BPF_DW, BPF_REG_10, HitFrame::kBase, kHead);
      asm_.store(BPF_W, BPF_REG_10, HitFrame::kLinearLen, kTail);
      asm_.store_imm(BPF_W, BPF_REG_10, HitFrame::kWhere, 0);
      emit_accept_known();
    }
    asm_.mov32_imm(BPF_REG_0, 0);
    asm_.exit();
  }

  void emit_match() {
    if (!asm_.is_used(accept_)) return;
    asm_.bind(accept_);
    asm_.load(BPF_DW, BPF_REG_1, BPF_REG_10, HitFrame::kCtx);
    asm_.load(BPF_DW, BPF_REG_2, BPF_REG_10, HitFrame::kSkb);
    asm_.load(BPF_DW, BPF_REG_3, BPF_REG_10, HitFrame::kBase);
    asm_.load(BPF_DW, BPF_REG_4, BPF_REG_10, HitFrame::kLinearLen);  // and kWhere
    if (tracks_) {
      asm_.load(BPF_DW, BPF_REG_5, BPF_REG_10, HitFrame::kPacketId);
    } else {
      asm_.mov32_imm(BPF_REG_5, 0);
    }
    code_.matched_calls.push_back(asm_.insns().size());
    asm_.call(BPF_PSEUDO_CALL, -1);
    asm_.mov32_imm(BPF_REG_0, 0);
    asm_.exit();
  }

  const CastIds& ids_;
  const SkbLayout& layout_;
  bool tracks_;
  Assembler asm_;
  Label accept_, reject_, no_packet_ = asm_.new_label();
  Label enter_l2_ = asm_.new_label(), enter_l3_ = asm_.new_label(), other_l2_ = asm_.new_label();
  Code code_;
};

}  // namespace

bool is_usable(const SkbLayout& layout) {
  return layout.mac_header == layout.network_header + 2 &&
         layout.tail == layout.network_header + 4 && layout.head > layout.network_header &&
         layout.head - layout.network_header <= PacketLoads::kWindowBytes - sizeof(uint64_t) &&
         layout.data > layout.network_header;
}

Result<Code> translate_hit(const ClassicProgram& l2, const ClassicProgram& l3, const CastIds& ids,
                           const SkbLayout& layout, bool tracks) {
  return Generator(ids, layout, tracks).run(l2, l3);
}

Code translate_no_hit() {
  Assembler assembler;
  assembler.mov32_imm(BPF_REG_0, 0);
  assembler.exit();
  return {assembler.insns(), {}, {}, false};
}

}  // namespace pwru::filter
