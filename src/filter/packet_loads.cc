// SPDX-License-Identifier: Apache-2.0
#include "filter/packet_loads.h"

#include <linux/filter.h>

#include <algorithm>
#include <cstring>

#include "abi/filter.h"
#include "filter/classic_flow.h"

namespace pwru::filter {
namespace {

constexpr Registers kCasting = {BPF_REG_1, BPF_REG_2, BPF_REG_3, BPF_REG_4,
                                BPF_REG_6, BPF_REG_5, BPF_REG_0};
constexpr Registers kHit = {BPF_REG_10, BPF_REG_0, BPF_REG_3, BPF_REG_4,
                            BPF_REG_1,  BPF_REG_5, BPF_REG_2};
constexpr Registers kCopying = {BPF_REG_9, BPF_REG_0, BPF_REG_5, BPF_REG_6,
                                BPF_REG_7, BPF_REG_1, BPF_REG_2};

// Where registers are saved around calls, see slot().
constexpr int16_t kCtxSlot = -16, kWindowSlot = -24, kSavedA = -32, kSavedX = -40;

const Registers& registers_of(Reading reading) {
  switch (reading) {
    case Reading::Copied:
      return kCopying;
    case Reading::Cast:
      return kCasting;
    case Reading::Hit:
      break;
  }
  return kHit;
}

constexpr int16_t ctx_offset(size_t offset) { return static_cast<int16_t>(offset); }
constexpr int16_t kBase = ctx_offset(offsetof(pwru_filter_ctx, base));
constexpr int16_t kSkb = ctx_offset(offsetof(pwru_filter_ctx, skb));
constexpr int16_t kLen = ctx_offset(offsetof(pwru_filter_ctx, len));
constexpr int16_t kLinearLen = ctx_offset(offsetof(pwru_filter_ctx, linear_len));
constexpr int16_t kEtherType = ctx_offset(offsetof(pwru_filter_ctx, ether_type));
constexpr int16_t kCopiedLen = ctx_offset(offsetof(pwru_filter_ctx, copied_len));
constexpr int16_t kVlanTag = ctx_offset(offsetof(pwru_filter_ctx, vlan_tag));
constexpr int16_t kCopy = ctx_offset(offsetof(pwru_filter_ctx, copy));

// The same load, for the packet without its Ethernet header.
ClassicInsn behind_ethernet(ClassicInsn insn) {
  insn.k -= kEthernetBytes;
  return insn;
}

bool is_in_window(const ClassicInsn& insn) {
  return !is_indirect(insn) && insn.k + load_bytes(insn) <= PacketLoads::kWindowBytes;
}

}  // namespace

PacketLoads::PacketLoads(Assembler& assembler, const CastIds& ids, Label reject, Reading reading)
    : asm_(assembler), ids_(ids), reject_(reject), reading_(reading), reg_(registers_of(reading)) {}

// A hit keeps its own values at the end of the frame.
int16_t PacketLoads::slot(int16_t offset) const {
  return static_cast<int16_t>(offset - (reading_ == Reading::Hit ? HitFrame::kBytes : 0));
}

int32_t PacketLoads::frame_bytes() const {
  return -slot(reading_ == Reading::Hit ? kSavedX : kSavedA);
}

void PacketLoads::emit_ctx() {
  if (copies()) asm_.mov(reg_.ctx, BPF_REG_1);
}

// A hit has no such field: a filter that asks for it is not made into a hit filter.
void PacketLoads::emit_len(uint8_t dst) {
  load_ctx(BPF_W, dst, kLen, HitFrame::kLinearLen);
  if (addresses_ && !copies()) asm_.alu32_imm(BPF_ADD, dst, kEthernetBytes);
}

void PacketLoads::emit(const ClassicInsn& insn, uint8_t dst) {
  const Label done = asm_.new_label();
  if (copies()) {
    emit_copied_load(insn, dst, done);
  } else if (!addresses_ || is_indirect(insn)) {
    emit_cast_load(insn, dst, done);
  } else if (insn.k >= kEthernetBytes) {
    emit_cast_load(behind_ethernet(insn), dst, done);
  } else {
    emit_made_up(insn, dst);
  }
  asm_.bind(done);
}

void PacketLoads::emit_addresses(const ClassicProgram& program) {
  if (!addresses_ || !reads_addresses(program)) return;
  for (size_t at = 0; at < addresses_->size(); at += sizeof(int32_t)) {
    int32_t word = 0;
    std::memcpy(&word, addresses_->data() + at, sizeof(word));
    asm_.store_imm(BPF_W, reg_.ctx, static_cast<int16_t>(kCopy + at), word);
  }
}

void PacketLoads::emit_ether_type(uint8_t dst) {
  load_ctx(BPF_W, dst, kEtherType, HitFrame::kEtherType);
}

// A load that begins in the header that the packet does not have: it reads constants, then the
// EtherType, then the first bytes of the packet.
void PacketLoads::emit_made_up(const ClassicInsn& insn, uint8_t dst) {
  if (is_ether_type_load(insn)) return emit_ether_type(dst);
  const uint32_t end = insn.k + load_bytes(insn);
  uint32_t known = 0, at = insn.k;
  for (; at < std::min(end, kAddressBytes); at++) known = known << 8 | (*addresses_)[at];
  asm_.mov32_imm(dst, static_cast<int32_t>(known));
  if (at < std::min(end, kEthernetBytes)) {
    const uint32_t bytes = std::min(end, kEthernetBytes) - at;
    emit_ether_type(reg_.scratch);
    if (at + bytes < kEthernetBytes) asm_.alu32_imm(BPF_RSH, reg_.scratch, 8);
    if (bytes == 1) asm_.alu32_imm(BPF_AND, reg_.scratch, 0xff);
    asm_.alu32_imm(BPF_LSH, dst, static_cast<int32_t>(8 * bytes));
    asm_.alu32(BPF_OR, dst, reg_.scratch);
    at += bytes;
  }
  for (; at < end; at++) {
    const Label done = asm_.new_label();
    emit_cast_load({BPF_LD | BPF_B | BPF_ABS, 0, 0, at - kEthernetBytes}, reg_.scratch, done);
    asm_.bind(done);
    asm_.alu32_imm(BPF_LSH, dst, 8);
    asm_.alu32(BPF_OR, dst, reg_.scratch);
  }
}

void PacketLoads::load_ctx(uint8_t size, uint8_t dst, int16_t field, int16_t hit_slot) {
  asm_.load(size, dst, reg_.ctx, reading_ == Reading::Hit ? hit_slot : field);
}

void PacketLoads::load_base(uint8_t dst) { load_ctx(BPF_DW, dst, kBase, HitFrame::kBase); }

void PacketLoads::load_linear_len(uint8_t dst) {
  load_ctx(BPF_W, dst, kLinearLen, HitFrame::kLinearLen);
}

void PacketLoads::emit_limit() {
  if (copies()) return asm_.load(BPF_W, reg_.limit, reg_.ctx, kCopiedLen);
  load_linear_len(reg_.limit);
}

bool PacketLoads::saves_x(uint8_t dst) const {
  return reading_ == Reading::Hit && uses_x_ && dst != reg_.x;
}

// Saves registers around a call whose result goes to `dst`.
void PacketLoads::emit_save(uint8_t dst) {
  if (copies()) return;
  if (reading_ == Reading::Cast) asm_.store(BPF_DW, BPF_REG_10, slot(kCtxSlot), reg_.ctx);
  asm_.store(BPF_DW, BPF_REG_10, slot(kWindowSlot), reg_.window);
  if (dst != reg_.a) asm_.store(BPF_DW, BPF_REG_10, slot(kSavedA), reg_.a);
  if (saves_x(dst)) asm_.store(BPF_DW, BPF_REG_10, slot(kSavedX), reg_.x);
}
void PacketLoads::emit_restore(uint8_t dst) {
  if (!copies()) {
    if (reading_ == Reading::Cast) asm_.load(BPF_DW, reg_.ctx, BPF_REG_10, slot(kCtxSlot));
    asm_.load(BPF_DW, reg_.window, BPF_REG_10, slot(kWindowSlot));
    if (dst != reg_.a) asm_.load(BPF_DW, reg_.a, BPF_REG_10, slot(kSavedA));
    if (saves_x(dst)) asm_.load(BPF_DW, reg_.x, BPF_REG_10, slot(kSavedX));
  }
  emit_limit();
}

// r0 = the window whose first byte is the packet's byte at `offset`, plus the scratch register if
// `adds_scratch`.
void PacketLoads::emit_cast(uint32_t offset, bool adds_scratch) {
  load_base(BPF_REG_1);
  if (adds_scratch) asm_.alu64(BPF_ADD, BPF_REG_1, reg_.scratch);
  asm_.alu64_imm(BPF_ADD, BPF_REG_1, static_cast<int32_t>(offset) - kWindowStart);
  asm_.mov32_imm(BPF_REG_2, static_cast<int32_t>(ids_.byte_window_id));
  asm_.call(BPF_PSEUDO_KFUNC_CALL, static_cast<int32_t>(ids_.rdonly_cast_id));
}

Label PacketLoads::slow_way(const ClassicInsn& insn, uint8_t dst, Label done) {
  slow_ways_.push_back({asm_.new_label(), done, insn, dst});
  return slow_ways_.back().entry;
}

// scratch = X + k. The sum has 64 bits and cannot wrap around: a large one lies beyond every
// packet. bpf_filter() of libpcap needs extra checks for that in 32 bits.
void PacketLoads::emit_indirect_offset(const ClassicInsn& insn) {
  asm_.mov(reg_.scratch, reg_.x);
  auto k = static_cast<int32_t>(insn.k);
  if (addresses_ && insn.k < kEthernetBytes) {
    // The offset may lie in the header that the packet does not have.
    if (k) asm_.alu64_imm(BPF_ADD, reg_.scratch, k);
    k = 0;
    asm_.jump64_imm(BPF_JLT, reg_.scratch, kEthernetBytes, reject_);
  }
  if (addresses_ && !copies()) k -= static_cast<int32_t>(kEthernetBytes);
  if (k) asm_.alu64_imm(BPF_ADD, reg_.scratch, k);
}

void PacketLoads::emit_cast_load(const ClassicInsn& insn, uint8_t dst, Label done) {
  const uint32_t bytes = load_bytes(insn);
  if (is_indirect(insn)) {
    emit_indirect_offset(insn);
    asm_.mov(reg_.scratch2, reg_.scratch);
    asm_.alu64_imm(BPF_ADD, reg_.scratch2, static_cast<int32_t>(bytes));
    asm_.jump64(BPF_JGT, reg_.scratch2, reg_.limit, slow_way(insn, dst, done));
  } else {
    asm_.jump_imm(BPF_JLT, reg_.limit, static_cast<int32_t>(insn.k + bytes),
                  slow_way(insn, dst, done));
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

void PacketLoads::emit_copied_load(const ClassicInsn& insn, uint8_t dst, Label done) {
  const uint32_t bytes = load_bytes(insn);
  if (is_indirect(insn)) {
    emit_indirect_offset(insn);
    return emit_call(insn, dst);
  }
  if (insn.k + bytes > PWRU_COPY_BYTES) return emit_call(insn, dst);
  asm_.jump_imm(BPF_JLT, reg_.limit, static_cast<int32_t>(insn.k + bytes),
                slow_way(insn, dst, done));
  emit_aligned_pieces(insn.k, bytes, dst);
}

// The verifier refuses unaligned loads from the stack on every architecture.
void PacketLoads::emit_aligned_pieces(uint32_t offset, uint32_t bytes, uint8_t dst) {
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

void PacketLoads::emit_slow_ways() {
  for (const SlowWay& way : slow_ways_) {
    asm_.bind(way.entry);
    emit_call(way.insn, way.dst);
    asm_.jump_always(way.done);
  }
}

// dst = pwru_filter_load(...); the offset of an indirect load is in the scratch register.
void PacketLoads::emit_call(const ClassicInsn& insn, uint8_t dst) {
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
  emit_load_call();
  asm_.mov(BPF_REG_1, BPF_REG_0);
  asm_.alu64_imm(BPF_RSH, BPF_REG_1, 32);
  asm_.jump_imm(BPF_JNE, BPF_REG_1, 0, reject_);
  asm_.mov32(dst, BPF_REG_0);
  // Gives the verifier the range that it knows after a plain load of a byte, so that the paths
  // join.
  if (load_bytes(insn) == 1) asm_.alu32_imm(BPF_AND, dst, 0xff);
  emit_restore(dst);
}

void PacketLoads::emit_ancillary(uint32_t what, uint8_t dst) {
  emit_save(dst);
  asm_.mov32_imm(BPF_REG_3, static_cast<int32_t>(what));
  emit_load_call();
  asm_.mov32(dst, BPF_REG_0);
  emit_restore(dst);
}

// r0 = pwru_filter_load(). r3 says what to load.
void PacketLoads::emit_load_call() {
  load_base(BPF_REG_2);
  load_linear_len(BPF_REG_4);
  if (reading_ == Reading::Hit) {
    asm_.mov32_imm(BPF_REG_5, 0);
  } else {
    asm_.load(BPF_W, BPF_REG_5, reg_.ctx, kVlanTag);
  }
  load_ctx(BPF_DW, BPF_REG_1, kSkb,
           HitFrame::kSkb);  // set last, because r1 may be the context's register
  calls_.push_back(asm_.insns().size());
  asm_.call(BPF_PSEUDO_CALL, -1);
}

}  // namespace pwru::filter
