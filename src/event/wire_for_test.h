// SPDX-License-Identifier: Apache-2.0
// Records for the decoder, written byte for byte.
#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "event/event.h"

namespace pwru::event {

inline constexpr uint32_t kSkbBytes = 232;
inline constexpr uint32_t kExprBytes = 24;
inline constexpr uint32_t kShinfoBytes = 320;
inline constexpr PartSizes kSizes = {kSkbBytes, kExprBytes, kShinfoBytes};
inline constexpr uint32_t kCpu = 3;

// A record written byte for byte at the offsets of abi/event.h, in memory aligned like a ring's.
class Wire {
 public:
  template <class T>
  Wire& put(size_t offset, T value) {
    reserve(offset + sizeof(value));
    std::memcpy(data() + offset, &value, sizeof(value));
    return *this;
  }
  Wire& put_text(size_t offset, std::string_view text) {
    reserve(offset + text.size());
    std::memcpy(data() + offset, text.data(), text.size());
    return *this;
  }
  Wire& resize(size_t size) {
    reserve(size);
    return *this;
  }

  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] std::byte* data() { return reinterpret_cast<std::byte*>(words_.data()); }
  [[nodiscard]] std::span<const std::byte> bytes() { return {data(), size_}; }

 private:
  void reserve(size_t size) {
    size_ = std::max(size_, size);
    words_.resize((size_ + 7) / 8);
  }
  std::vector<uint64_t> words_;
  size_t size_ = 0;
};

inline Wire core(uint32_t parts) {
  Wire wire;
  wire.put<uint64_t>(0, 123456789012345)
      .put<uint64_t>(8, 0xffffffff81000010)
      .put<uint64_t>(16, 0xffff888012345600)
      .put<uint64_t>(24, 5ull << 48 | 7)
      .put<uint64_t>(32, 0xffffffff81000020)
      .put<uint16_t>(40, static_cast<uint16_t>(parts))
      .put<uint32_t>(44, 99)
      .put<uint32_t>(48, 2)
      .put<uint32_t>(52, 3)
      .put_text(56, "curl")
      .put<uint32_t>(72, 4242)
      .put_text(80, "eth0")
      .put<uint32_t>(96, 4026531840)
      .put<uint32_t>(100, 0xbeef)
      .put<uint32_t>(104, 12)
      .put<uint32_t>(108, 60)
      .put<uint32_t>(112, 1500)
      .put<uint16_t>(116, 0x0800)
      .resize(120);
  return wire;
}

inline void put_l4(Wire& wire, size_t at, uint8_t proto, uint8_t flags) {
  wire.put<uint16_t>(at, 40000).put<uint16_t>(at + 2, 443).put<uint8_t>(at + 4, proto);
  wire.put<uint8_t>(at + 5, 0x12).put<uint8_t>(at + 6, 8).put<uint8_t>(at + 7, 1);
  wire.put<uint8_t>(at + 8, flags).put<uint32_t>(at + 12, 0xc0ffee);
}

inline void put_tuple4(Wire& wire, uint8_t proto, uint8_t flags) {
  const size_t at = wire.size();
  wire.resize(at + 24);
  put_l4(wire, at + 8, proto, flags);
  wire.put_text(at, "\x0a\x01\x02\x03").put_text(at + 4, "\xc0\xa8\x01\xfe");
}

inline void put_tuple6(Wire& wire, uint8_t proto, uint8_t flags) {
  const size_t at = wire.size();
  wire.resize(at + 48);
  put_l4(wire, at + 32, proto, flags);
  wire.put_text(at, "0123456789abcdef").put_text(at + 16, "ABCDEFGHIJKLMNOP");
}

inline void put_stack(Wire& wire, int64_t size_bytes, const std::vector<uint64_t>& ips) {
  const size_t at = wire.size();
  wire.resize(at + 408).put<int64_t>(at, size_bytes);
  for (size_t i = 0; i < ips.size(); i++) wire.put<uint64_t>(at + 8 + 8 * i, ips[i]);
}

// A VXLAN tunnel; the tuple of its packet stands at 24.
inline void put_tunnel(Wire& wire, uint8_t flags, uint8_t ip_version) {
  const size_t at = wire.size();
  wire.resize(at + 72);
  wire.put<uint32_t>(at, PWRU_TUNNEL_VXLAN).put<uint32_t>(at + 4, 7);
  wire.put<uint16_t>(at + 8, 0x86dd).put<uint8_t>(at + 10, flags).put<uint8_t>(at + 11, ip_version);
  wire.put_text(at + 12, "DSTMAC").put_text(at + 18, "SRCMAC");
  wire.put_text(at + 24, "0123456789abcdef").put_text(at + 40, "ABCDEFGHIJKLMNOP");
  put_l4(wire, at + 56, 6, PWRU_L4_HAS_PORTS);
}

inline void put_skb(Wire& wire) {
  const size_t at = wire.size();
  for (size_t i = 0; i < kSkbBytes; i++) wire.put<uint8_t>(at + i, static_cast<uint8_t>(i));
}

inline void put_expr(Wire& wire) {
  const size_t at = wire.size();
  for (size_t i = 0; i < kExprBytes; i++) wire.put<uint8_t>(at + i, static_cast<uint8_t>(i + 100));
}

inline void put_cb(Wire& wire) {
  const size_t at = wire.size();
  wire.resize(at + 24);
  for (uint32_t i = 0; i < 5; i++) wire.put<uint32_t>(at + 4 * i, 0xc0 + i);
}

inline void put_shinfo(Wire& wire) {
  const size_t at = wire.size();
  for (size_t i = 0; i < kShinfoBytes; i++) wire.put<uint8_t>(at + i, static_cast<uint8_t>(i * 3));
}

inline void put_parent(Wire& wire) { wire.put<uint64_t>(wire.size(), 41); }

inline void put_nft(Wire& wire, uint8_t kind, uint64_t handle) {
  const size_t at = wire.size();
  wire.put<uint64_t>(at, handle).put<uint32_t>(at + 8, 2).put<uint8_t>(at + 12, kind);
  wire.put<uint8_t>(at + 13, 1).put_text(at + 16, "immediate").put_text(at + 32, "fw");
  wire.put_text(at + 288, "in").resize(at + sizeof(pwru_nft));
}

// Rule 3 of a chain that is built in.
inline void put_xt(Wire& wire, uint8_t kind, uint8_t refusal) {
  const size_t at = wire.size();
  wire.put<uint32_t>(at, 3).put<uint8_t>(at + 4, kind).put<uint8_t>(at + 6, 1);
  wire.put<uint8_t>(at + 7, refusal).put_text(at + 48, "filter").resize(at + sizeof(pwru_xt));
}

// Hops of the packet of core(), the first of them at 1001 ns; the oldest stands at `hops` %
// PWRU_HOPS.
inline void put_path(Wire& wire, uint64_t hops) {
  const size_t at = wire.size();
  wire.put<uint64_t>(at, hops);
  wire.resize(at + 8 + std::min<uint64_t>(hops, PWRU_HOPS) * sizeof(pwru_hop));
  for (uint64_t n = 0; n < hops; n++) {
    const size_t hop = at + 8 + n % PWRU_HOPS * sizeof(pwru_hop);
    wire.put<uint64_t>(hop, 1001 + n).put<uint64_t>(hop + 168, 1001 + n);
    wire.put<uint64_t>(hop + 24, 5ull << 48 | 7).put<uint32_t>(hop + 44, static_cast<uint32_t>(n));
    wire.put<uint16_t>(hop + 40, static_cast<uint16_t>(PWRU_PART_META | PWRU_PART_TUPLE4));
    wire.put_text(hop + 120, "\x0a\x01\x02\x03");
  }
}

inline constexpr uint32_t kMapRoom = 96;

// Its value stands at 64 of the room behind it.
inline void put_map_call(Wire& wire, uint32_t key_bytes, uint32_t value_offset,
                         uint32_t value_bytes) {
  const size_t at = wire.size(), data = at + 48;
  wire.put<uint32_t>(at, 7)
      .put<uint32_t>(at + 4, PWRU_MAP_UPDATE)
      .put<uint32_t>(at + 8, 4)
      .put<uint32_t>(at + 12, 6000)
      .put<uint32_t>(at + 16, key_bytes)
      .put<uint32_t>(at + 20, value_bytes)
      .put<uint32_t>(at + 24, value_offset)
      .put<uint32_t>(at + 28, kMapRoom)
      .put_text(at + 32, "flows")
      .put<uint32_t>(data, 9)
      .put_text(data + 64, "bytes")
      .resize(data + kMapRoom);
}

// One function for each part of abi/event.h, so that a part without one does not compile.
inline void put_part_stack(Wire& wire) { put_stack(wire, 16, {0x1111, 0x2222}); }
inline void put_part_skb(Wire& wire) { put_skb(wire); }
inline void put_part_cb(Wire& wire) { put_cb(wire); }
inline void put_part_shinfo(Wire& wire) { put_shinfo(wire); }
inline void put_part_expr(Wire& wire) { put_expr(wire); }
inline void put_part_tunnel(Wire& wire) { put_tunnel(wire, PWRU_TUNNEL_HAS_ID, 6); }
inline void put_part_parent(Wire& wire) { put_parent(wire); }
inline void put_part_nft(Wire& wire) { put_nft(wire, PWRU_NFT_RULE, 7); }
inline void put_part_xt(Wire& wire) { put_xt(wire, PWRU_XT_RULE, PWRU_CT_ACCEPTED); }
inline void put_part_bpfmap(Wire& wire) { put_map_call(wire, 4, 64, 32); }
inline void put_part_tuple4(Wire& wire) { put_tuple4(wire, 6, PWRU_L4_HAS_PORTS); }
inline void put_part_tuple6(Wire& wire) { put_tuple6(wire, 6, PWRU_L4_HAS_PORTS); }

inline void put_part_path(Wire& wire) { put_path(wire, 1); }

inline Wire with_parts(uint32_t parts) {
  Wire wire = core(parts);
#define PWRU_PUT(NAME, name, bytes) \
  if (parts & PWRU_PART_##NAME) put_part_##name(wire);
  PWRU_FIXED_PARTS(PWRU_PUT, PWRU_NO_CONFIG)
  PWRU_VARIABLE_PARTS(PWRU_PUT)
#undef PWRU_PUT
  return wire;
}

inline constexpr uint32_t kAllParts = (1u << PWRU_PART_COUNT) - 1;

// Of the two tuples only the one that is named.
inline Wire with_all_parts(uint32_t tuple_part) {
  constexpr uint32_t kTuples = PWRU_PART_TUPLE4 | PWRU_PART_TUPLE6;
  return with_parts((kAllParts & ~kTuples) | tuple_part | PWRU_PART_META | PWRU_PART_CALLER);
}

}  // namespace pwru::event
