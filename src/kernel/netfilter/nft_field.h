// SPDX-License-Identifier: Apache-2.0
// What rules of nf_tables look at, by the names that nft(8) has for it.
#pragma once

#include <string>
#include <vector>

#include "kernel/netfilter/nft_value.h"

namespace pwru::kernel {

enum class NftHeader : uint8_t {
  None,  // not known which
  Ether,
  Ip,
  Ip6,
  Arp,
  Tcp,
  Udp,
  Icmp,
  Icmp6,
  OtherPorts,  // a protocol that has its ports where TCP has them
  Other,       // one that has no names here
};

struct NftField {
  std::string text;  // "tcp dport"
  NftType type = NftType::Raw;
  bool is_network = true;  // the order of its bytes
  size_t bytes = 0;        // that are read
  size_t whole = 0;        // bytes of the field when only its first ones are read, else 0
  int shift = 0;           // bits behind it, in those bytes
  NftHeader header = NftHeader::None;
  unsigned offset = 0;  // in that header
};

[[nodiscard]] NftField nft_meta(unsigned key);
// `direction`: as the kernel has it; none: -1
[[nodiscard]] NftField nft_ct(unsigned key, int direction);

// The header that this protocol of IP is.
[[nodiscard]] NftHeader nft_transport(uint64_t protocol);
// The header that NFPROTO_* or an EtherType is of.
[[nodiscard]] NftHeader nft_network(NftType type, uint64_t value);

// Fields that lie one behind the other there; of a place without names one in nft's own words for
// such: "@th,16,32".
[[nodiscard]] std::vector<NftField> nft_payload(unsigned base, NftHeader header, unsigned offset,
                                                size_t bytes);
// The field that takes only the bits of a mask; false when there is none.
[[nodiscard]] bool nft_masked(NftField& field, Bytes mask);

}  // namespace pwru::kernel
