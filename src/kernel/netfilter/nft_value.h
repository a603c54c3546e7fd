// SPDX-License-Identifier: Apache-2.0
// The constants in rules of nf_tables, as nft(8) writes them.
#pragma once

#include <string>
#include <string_view>

#include "kernel/lookups/netlink.h"

namespace pwru::kernel {

enum class NftType : uint8_t {
  Raw,  // nothing else is known of it
  Number,
  Mark,
  Ipv4,
  Ipv6,
  Mac,
  Name,
  Protocol,
  EtherType,
  Family,
  Icmp,
  Icmp6,
  ArpOperation,
  PacketType,
  AddressType,
  Direction,
  Presence,
  CtState,  // bits, as all that follow
  CtStatus,
  TcpFlags,
};

[[nodiscard]] constexpr bool is_bits(NftType type) { return type >= NftType::CtState; }

// `is_network`: the order of its bytes, where it has one.
[[nodiscard]] std::string nft_value(NftType type, Bytes bytes, bool is_network);
// Of at most eight bytes, in that order.
[[nodiscard]] uint64_t nft_number(Bytes bytes, bool is_network);
// "0x0a01"
[[nodiscard]] std::string nft_hex(Bytes bytes, bool is_network);
// In quotes, those in it marked. Whoever prints it must escape it as any text of others.
[[nodiscard]] std::string nft_quoted(std::string_view text);
// A name that needs no quotes is left without.
[[nodiscard]] std::string nft_name(std::string_view name);
// How many bits are set, when those are the first ones; -1 for other masks.
[[nodiscard]] int nft_prefix(Bytes mask);

}  // namespace pwru::kernel
