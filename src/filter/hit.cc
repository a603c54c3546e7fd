// SPDX-License-Identifier: Apache-2.0
#include "filter/hit.h"

#include <linux/if_ether.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "abi/filter.h"
#include "filter/assembler.h"
#include "filter/body.h"
#include "filter/made_up.h"
#include "filter/packet_loads.h"

namespace pwru::filter {
namespace {

constexpr int32_t kHeaderUnset = 0xffff, kHeaderBytes = kEthernetBytes, kTypeAt = 12, kTagBytes = 4;
// enum pkt_start
constexpr int32_t kStartL2 = 1, kStartL3 = 2;

// The upper half of PWRU_WHERE_*.
constexpr int32_t where(int32_t start, bool is_plain) {
  const uint64_t plain =
      PWRU_WHERE_PLAIN | static_cast<uint64_t>(start == kStartL2 ? kHeaderBytes : 0)
                             << PWRU_WHERE_L2_BYTES_SHIFT;
  const uint64_t all =
      static_cast<uint64_t>(start) << PWRU_WHERE_START_SHIFT | (is_plain ? plain : 0);
  return static_cast<int32_t>(all >> 32);
}

// The registers that are in use until the body of the filter begins.
constexpr uint8_t kHead = BPF_REG_1, kScratch = BPF_REG_2, kTail = BPF_REG_3,
                  kNetworkHeader = BPF_REG_4, kMacHeader = BPF_REG_5;

// The value that a load of a __be16 gives.
constexpr int32_t big_endian(int32_t value) {
  return std::endian::native == std::endian::little ? (value & 0xff) << 8 | value >> 8 : value;
}

class Generator {
 public:
  Generator(const CastIds& ids, const SkbLayout& layout, bool tracks)
      : ids_(ids),
        layout_(layout),
        window_(std::min(layout.network_header, layout.protocol)),
        tracks_(tracks),
        accept_(asm_.new_label()),
        reject_(asm_.new_label()) {}

  Result<Code> run(const ClassicProgram& program) {
    PWRU_TRY(check_classic(program));
    emit_find();
    emit_enter();
    PWRU_TRY(emit_body(program, {}));
    emit_l3();
    const auto addresses = make_up_addresses(program);
    if (ether_type_loads(program)) {
      emit_plain_ether_type(program);
    } else {
      emit_find_pushed_tag();
      emit_enter();
    }
    PWRU_TRY(emit_body(program, addresses));
    if (ether_type_loads(program)) emit_other_ether_types();
    emit_other_l2();
    emit_no_packet();
    emit_match();
    emit_reject(asm_, reject_);
    PWRU_TRY(resolve(asm_));
    code_.insns = asm_.insns();
    return code_;
  }

 private:
  void emit_cast() {
    asm_.mov32_imm(BPF_REG_2, static_cast<int32_t>(ids_.byte_window_id));
    asm_.call(BPF_PSEUDO_KFUNC_CALL, static_cast<int32_t>(ids_.rdonly_cast_id));
  }
  // The offset of a field of the skb in its window.
  int16_t at(uint32_t field) const {
    return static_cast<int16_t>(static_cast<uint32_t>(PacketLoads::kWindowStart) + field - window_);
  }

  // Reads the skb in r1; r0 becomes its window.
  void emit_read_skb() {
    asm_.alu64_imm(BPF_ADD, BPF_REG_1, static_cast<int32_t>(window_) - PacketLoads::kWindowStart);
    emit_cast();
    asm_.load(BPF_DW, kTail, BPF_REG_0, at(layout_.network_header));
    asm_.load(BPF_DW, kHead, BPF_REG_0, at(layout_.head));
    asm_.mov(kMacHeader, kTail);
    asm_.alu64_imm(BPF_RSH, kMacHeader, 16);
    asm_.alu32_imm(BPF_AND, kMacHeader, 0xffff);
    asm_.mov32(kNetworkHeader, kTail);
    asm_.alu32_imm(BPF_AND, kNetworkHeader, 0xffff);
    asm_.alu64_imm(BPF_RSH, kTail, 32);
  }

  // Does the same as skb_find() and skb_pkt_start(). Falls through when the packet is an Ethernet
  // frame. r0 is the window of the skb until emit_enter().
  void emit_find() {
    asm_.store(BPF_DW, BPF_REG_10, HitFrame::kCtx, BPF_REG_1);
    asm_.store(BPF_DW, BPF_REG_10, HitFrame::kSkb, BPF_REG_2);
    if (tracks_) asm_.store(BPF_DW, BPF_REG_10, HitFrame::kPacketId, BPF_REG_3);
    asm_.mov(BPF_REG_1, BPF_REG_2);
    emit_read_skb();
    // An unset MAC header is the largest number, so the difference is then not 14.
    asm_.mov32(kScratch, kNetworkHeader);
    asm_.alu32(BPF_SUB, kScratch, kMacHeader);
    asm_.jump_imm(BPF_JNE, kScratch, kHeaderBytes, other_l2_);
    asm_.bind(plain_l2_);
    asm_.store_imm(BPF_W, BPF_REG_10, HitFrame::kWhere, where(kStartL2, true));
    asm_.bind(enter_l2_);
  }

  // r2 = skb->data - skb->head
  void emit_data() {
    asm_.load(BPF_DW, kScratch, BPF_REG_0, at(layout_.data));
    asm_.alu64(BPF_SUB, kScratch, kHead);
  }

  // The offsets show no Ethernet header, and one may be pushed already. Falls through when the
  // packet has none.
  void emit_l3() {
    asm_.bind(find_l3_);
    emit_data();
    asm_.alu64_imm(BPF_ADD, kScratch, kHeaderBytes);
    asm_.jump32(BPF_JEQ, kScratch, kNetworkHeader, pushed_);
    asm_.jump_imm(BPF_JEQ, kNetworkHeader, 0, no_packet_);
    asm_.load(BPF_H, kScratch, BPF_REG_0, at(layout_.protocol));
    asm_.bind(enter_l3_);
    asm_.mov(kMacHeader, kNetworkHeader);
    asm_.store_imm(BPF_W, BPF_REG_10, HitFrame::kWhere, where(kStartL3, true));
  }

  // Does what made_up_ether_type() does, for most packets: IPv4 whose protocol says IPv4.
  void emit_plain_ether_type(const ClassicProgram& program) {
    asm_.jump_imm(BPF_JNE, kScratch, big_endian(ETH_P_IP), other_protocol_);
    emit_enter();
    emit_version(is_ip_);
    asm_.jump_imm(BPF_JNE, kA, 4, other_version_);
    asm_.bind(is_ip_);
    asm_.mov32_imm(kA, ETH_P_IP);
    if (!begins_with_ether_type(program) || ether_type_loads(program) > 1)
      asm_.store_imm(BPF_W, BPF_REG_10, HitFrame::kEtherType, ETH_P_IP);
    asm_.bind(begin_l3_);
  }

  // The protocol in r2 may belong to a VLAN tag that was pushed before the Ethernet header.
  void emit_find_pushed_tag() {
    const Label no_tag = asm_.new_label(), tag = asm_.new_label();
    asm_.jump_imm(BPF_JEQ, kScratch, big_endian(ETH_P_8021Q), tag);
    asm_.jump_imm(BPF_JNE, kScratch, big_endian(ETH_P_8021AD), no_tag);
    asm_.bind(tag);
    emit_data();
    asm_.alu64_imm(BPF_ADD, kScratch, kHeaderBytes + kTagBytes);
    asm_.jump32(BPF_JEQ, kScratch, kNetworkHeader, pushed_tag_);
    asm_.load(BPF_H, kScratch, BPF_REG_0, at(layout_.protocol));
    asm_.bind(no_tag);
  }

  // A = the version of the IP header. Jumps to `none` when that cannot be read.
  void emit_version(Label none) {
    asm_.load(BPF_W, kLimit, BPF_REG_10, HitFrame::kLinearLen);
    asm_.jump_imm(BPF_JEQ, kLimit, 0, none);
    asm_.load(BPF_B, kA, BPF_REG_0, PacketLoads::kWindowStart);
    asm_.alu32_imm(BPF_RSH, kA, 4);
  }

  // The EtherType of all other packets.
  void emit_other_ether_types() {
    const Label by_version = asm_.new_label(), by_protocol = asm_.new_label(),
                done = asm_.new_label(), said = asm_.new_label();
    asm_.bind(other_protocol_);
    emit_find_pushed_tag();
    asm_.store(BPF_W, BPF_REG_10, HitFrame::kEtherType, kScratch);
    emit_enter();
    asm_.mov32_imm(kA, 0);
    emit_version(said);
    asm_.jump_always(said);
    asm_.bind(other_version_);
    asm_.store_imm(BPF_W, BPF_REG_10, HitFrame::kEtherType, big_endian(ETH_P_IP));
    asm_.bind(said);
    asm_.load(BPF_W, kScratch, BPF_REG_10, HitFrame::kEtherType);
    for (const int protocol : {ETH_P_IPV6, ETH_P_IP, 0, ETH_P_8021Q, ETH_P_8021AD})
      asm_.jump_imm(BPF_JEQ, kScratch, big_endian(protocol), by_version);
    asm_.bind(by_protocol);
    asm_.mov32(kA, kScratch);
    asm_.from_big_endian(kA, 2);
    asm_.jump_imm(BPF_JNE, kA, 0, done);
    asm_.mov32_imm(kA, PWRU_ETHER_TYPE_UNKNOWN);
    asm_.bind(done);
    asm_.store(BPF_W, BPF_REG_10, HitFrame::kEtherType, kA);
    asm_.jump_always(begin_l3_);
    asm_.bind(by_version);
    for (const auto& [version, type] : {std::pair{4, ETH_P_IP}, {6, ETH_P_IPV6}}) {
      const Label next = asm_.new_label();
      asm_.jump_imm(BPF_JNE, kA, version, next);
      asm_.mov32_imm(kA, type);
      asm_.jump_always(done);
      asm_.bind(next);
    }
    asm_.jump_always(by_protocol);
  }

  // Finds Ethernet with VLAN tags, Ethernet fresh from the driver (eth_type_trans() pulled the
  // header, and network_header is not set yet), and a pushed Ethernet header. Everything else is an
  // IP packet.
  void emit_other_l2() {
    const Label is_l2 = asm_.new_label(), has_tags = asm_.new_label();
    asm_.bind(other_l2_);
    asm_.jump_imm(BPF_JEQ, kMacHeader, kHeaderUnset, find_l3_);
    for (const int32_t tags : {1, 2, 3})
      asm_.jump_imm(BPF_JEQ, kScratch, kHeaderBytes + tags * kTagBytes, has_tags);
    asm_.jump32(BPF_JGE, kNetworkHeader, kMacHeader, find_l3_);
    emit_data();
    asm_.alu64_imm(BPF_ADD, kScratch, -kHeaderBytes);
    asm_.jump32(BPF_JEQ, kScratch, kMacHeader, is_l2);
    asm_.alu64_imm(BPF_ADD, kScratch, 2 * kHeaderBytes);
    asm_.jump32(BPF_JEQ, kScratch, kNetworkHeader, pushed_);
    // The network header lies before the MAC header: it belongs to a tunnel, whose protocol is not
    // set yet.
    asm_.jump_imm(BPF_JEQ, kNetworkHeader, 0, no_packet_);
    asm_.mov32_imm(kScratch, 0);
    asm_.jump_always(enter_l3_);
    asm_.bind(pushed_);
    asm_.mov(kMacHeader, kNetworkHeader);
    asm_.alu64_imm(BPF_ADD, kMacHeader, -kHeaderBytes);
    asm_.jump_always(plain_l2_);
    asm_.bind(has_tags);
    emit_leave_mac_behind();
    asm_.jump_always(is_l2);
    asm_.bind(pushed_tag_);
    asm_.mov(kMacHeader, kNetworkHeader);
    asm_.alu64_imm(BPF_ADD, kMacHeader, -(kHeaderBytes + kTagBytes));
    asm_.bind(is_l2);
    asm_.store_imm(BPF_W, BPF_REG_10, HitFrame::kWhere, where(kStartL2, false));
    asm_.jump_always(enter_l2_);
  }

  // Does what is_mac_left_behind() does: jumps to find_l3_ when the Ethernet header says that IP
  // follows at once, and something was between them.
  void emit_leave_mac_behind() {
    asm_.mov(BPF_REG_1, kHead);
    asm_.alu64(BPF_ADD, BPF_REG_1, kMacHeader);
    asm_.alu64_imm(BPF_ADD, BPF_REG_1, kTypeAt - PacketLoads::kWindowStart);
    emit_cast();
    asm_.load(BPF_H, kScratch, BPF_REG_0, PacketLoads::kWindowStart);
    asm_.store(BPF_W, BPF_REG_10, HitFrame::kEtherType, kScratch);
    asm_.load(BPF_DW, BPF_REG_1, BPF_REG_10, HitFrame::kSkb);
    emit_read_skb();
    asm_.load(BPF_W, kScratch, BPF_REG_10, HitFrame::kEtherType);
    for (const int32_t type : {ETH_P_IP, ETH_P_IPV6})
      asm_.jump_imm(BPF_JEQ, kScratch, big_endian(type), find_l3_);
  }

  // The packet begins kMacHeader bytes behind head. Sets r0 to its window.
  void emit_enter() {
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
  }

  Result<> emit_body(const ClassicProgram& program,
                     const std::optional<MadeUpAddresses>& addresses) {
    PacketLoads loads(asm_, ids_, reject_, Reading::Hit);
    if (addresses) loads.set_made_up(*addresses);
    if (addresses && ether_type_loads(program)) {
      loads.set_ether_type_in_a();
    } else {
      asm_.load(BPF_W, kLimit, BPF_REG_10, HitFrame::kLinearLen);
    }
    Body body(program, asm_, loads, accept_, reject_);
    if (!body.emit()) return too_much_memory();
    code_.reads_len |= body.reads_len();
    code_.reads_ancillary |= body.reads_ancillary();
    code_.load_calls.insert(code_.load_calls.end(), loads.calls().begin(), loads.calls().end());
    return {};
  }

  void emit_accept_known() {
    asm_.load(BPF_DW, kScratch, BPF_REG_10, HitFrame::kPacketId);
    asm_.jump64_imm(BPF_JNE, kScratch, 0, accept_);
  }

  // An skb without headers is shown only when it is followed already.
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

  static constexpr uint8_t kA = BPF_REG_4, kLimit = BPF_REG_3;  // of a body

  const CastIds& ids_;
  const SkbLayout& layout_;
  const uint32_t window_;  // offset of the field that the window begins with
  bool tracks_;
  Assembler asm_;
  Label accept_, reject_, no_packet_ = asm_.new_label();
  Label plain_l2_ = asm_.new_label(), enter_l2_ = asm_.new_label(), other_l2_ = asm_.new_label();
  Label find_l3_ = asm_.new_label(), pushed_ = asm_.new_label(), enter_l3_ = asm_.new_label(),
        pushed_tag_ = asm_.new_label();
  Label other_protocol_ = asm_.new_label(), other_version_ = asm_.new_label(),
        is_ip_ = asm_.new_label(), begin_l3_ = asm_.new_label();
  Code code_;
};

}  // namespace

bool is_usable(const SkbLayout& layout) {
  const uint32_t first = std::min(layout.network_header, layout.protocol);
  const auto is_near = [&](uint32_t field) {
    return field >= first && field - first <= PacketLoads::kWindowBytes - sizeof(uint64_t);
  };
  return layout.protocol && layout.mac_header == layout.network_header + 2 &&
         layout.tail == layout.network_header + 4 && is_near(layout.network_header) &&
         is_near(layout.protocol) && is_near(layout.head) && is_near(layout.data);
}

Result<Code> translate_hit(const ClassicProgram& program, const CastIds& ids,
                           const SkbLayout& layout, bool tracks) {
  return Generator(ids, layout, tracks).run(program);
}

Code translate_no_hit() {
  Assembler assembler;
  assembler.mov32_imm(BPF_REG_0, 0);
  assembler.exit();
  return {assembler.insns(), {}, {}, false};
}

}  // namespace pwru::filter
