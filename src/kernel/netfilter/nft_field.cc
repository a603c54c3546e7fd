// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/nft_field.h"

#include <fmt/format.h>
#include <linux/netfilter/nf_tables.h>

#include <array>

namespace pwru::kernel {
namespace {

struct Row {
  std::string_view text;
  NftType type = NftType::Number;
  bool is_network = false;
};

// By NFT_META_*.
constexpr std::array kMeta = std::to_array<Row>({
    {"meta length"},
    {"meta protocol", NftType::EtherType, true},
    {"meta priority", NftType::Mark},
    {"meta mark", NftType::Mark},
    {"iif"},
    {"oif"},
    {"iifname", NftType::Name},
    {"oifname", NftType::Name},
    {"meta iiftype"},
    {"meta oiftype"},
    {"meta skuid"},
    {"meta skgid"},
    {"meta nftrace"},
    {"meta rtclassid", NftType::Mark},
    {"meta secmark", NftType::Mark},
    {"meta nfproto", NftType::Family},
    {"meta l4proto", NftType::Protocol},
    {"meta ibrname", NftType::Name},
    {"meta obrname", NftType::Name},
    {"meta pkttype", NftType::PacketType},
    {"meta cpu"},
    {"iifgroup"},
    {"oifgroup"},
    {"meta cgroup"},
    {"meta random"},
    {"meta ipsec"},
    {"meta iifkind", NftType::Name},
    {"meta oifkind", NftType::Name},
    {"meta ibrpvid"},
    {"meta ibrvproto", NftType::EtherType, true},
    {"meta time"},
    {"meta day"},
    {"meta hour"},
    {"meta sdif"},
    {"meta sdifname", NftType::Name},
    {"meta broute"},
});
static_assert(kMeta.size() == 36);

// By NFT_CT_*, without "ct" and the direction.
constexpr std::array kCt = std::to_array<Row>({
    {"state", NftType::CtState},
    {"direction", NftType::Direction},
    {"status", NftType::CtStatus},
    {"mark", NftType::Mark},
    {"secmark", NftType::Mark},
    {"expiration"},
    {"helper", NftType::Name},
    {"l3proto", NftType::Family},
    {"saddr", NftType::Raw, true},
    {"daddr", NftType::Raw, true},
    {"protocol", NftType::Protocol},
    {"proto-src", NftType::Number, true},
    {"proto-dst", NftType::Number, true},
    {"label", NftType::Raw},
    {"packets"},
    {"bytes"},
    {"avgpkt"},
    {"zone"},
    {"event", NftType::Mark},
    {"ip saddr", NftType::Ipv4, true},
    {"ip daddr", NftType::Ipv4, true},
    {"ip6 saddr", NftType::Ipv6, true},
    {"ip6 daddr", NftType::Ipv6, true},
    {"id", NftType::Mark, true},
});
static_assert(kCt.size() == 24);

struct PayloadRow {
  NftHeader header;
  uint8_t offset, bytes;
  NftType type;
  std::string_view text;
};

constexpr std::array kPayload = std::to_array<PayloadRow>({
    {NftHeader::Ether, 0, 6, NftType::Mac, "ether daddr"},
    {NftHeader::Ether, 6, 6, NftType::Mac, "ether saddr"},
    {NftHeader::Ether, 12, 2, NftType::EtherType, "ether type"},
    {NftHeader::Ether, 16, 2, NftType::EtherType, "vlan type"},
    {NftHeader::Ip, 2, 2, NftType::Number, "ip length"},
    {NftHeader::Ip, 4, 2, NftType::Number, "ip id"},
    {NftHeader::Ip, 6, 2, NftType::Mark, "ip frag-off"},
    {NftHeader::Ip, 8, 1, NftType::Number, "ip ttl"},
    {NftHeader::Ip, 9, 1, NftType::Protocol, "ip protocol"},
    {NftHeader::Ip, 10, 2, NftType::Number, "ip checksum"},
    {NftHeader::Ip, 12, 4, NftType::Ipv4, "ip saddr"},
    {NftHeader::Ip, 16, 4, NftType::Ipv4, "ip daddr"},
    {NftHeader::Ip6, 4, 2, NftType::Number, "ip6 length"},
    {NftHeader::Ip6, 6, 1, NftType::Protocol, "ip6 nexthdr"},
    {NftHeader::Ip6, 7, 1, NftType::Number, "ip6 hoplimit"},
    {NftHeader::Ip6, 8, 16, NftType::Ipv6, "ip6 saddr"},
    {NftHeader::Ip6, 24, 16, NftType::Ipv6, "ip6 daddr"},
    {NftHeader::Arp, 0, 2, NftType::Number, "arp htype"},
    {NftHeader::Arp, 2, 2, NftType::EtherType, "arp ptype"},
    {NftHeader::Arp, 4, 1, NftType::Number, "arp hlen"},
    {NftHeader::Arp, 5, 1, NftType::Number, "arp plen"},
    {NftHeader::Arp, 6, 2, NftType::ArpOperation, "arp operation"},
    {NftHeader::Arp, 8, 6, NftType::Mac, "arp saddr ether"},
    {NftHeader::Arp, 14, 4, NftType::Ipv4, "arp saddr ip"},
    {NftHeader::Arp, 18, 6, NftType::Mac, "arp daddr ether"},
    {NftHeader::Arp, 24, 4, NftType::Ipv4, "arp daddr ip"},
    {NftHeader::Tcp, 0, 2, NftType::Number, "tcp sport"},
    {NftHeader::Tcp, 2, 2, NftType::Number, "tcp dport"},
    {NftHeader::Tcp, 4, 4, NftType::Number, "tcp sequence"},
    {NftHeader::Tcp, 8, 4, NftType::Number, "tcp ackseq"},
    {NftHeader::Tcp, 13, 1, NftType::TcpFlags, "tcp flags"},
    {NftHeader::Tcp, 14, 2, NftType::Number, "tcp window"},
    {NftHeader::Tcp, 16, 2, NftType::Number, "tcp checksum"},
    {NftHeader::Tcp, 18, 2, NftType::Number, "tcp urgptr"},
    {NftHeader::Udp, 0, 2, NftType::Number, "udp sport"},
    {NftHeader::Udp, 2, 2, NftType::Number, "udp dport"},
    {NftHeader::Udp, 4, 2, NftType::Number, "udp length"},
    {NftHeader::Udp, 6, 2, NftType::Number, "udp checksum"},
    {NftHeader::Icmp, 0, 1, NftType::Icmp, "icmp type"},
    {NftHeader::Icmp, 1, 1, NftType::Number, "icmp code"},
    {NftHeader::Icmp, 4, 2, NftType::Number, "icmp id"},
    {NftHeader::Icmp, 6, 2, NftType::Number, "icmp sequence"},
    {NftHeader::Icmp6, 0, 1, NftType::Icmp6, "icmpv6 type"},
    {NftHeader::Icmp6, 1, 1, NftType::Number, "icmpv6 code"},
    {NftHeader::Icmp6, 4, 2, NftType::Number, "icmpv6 id"},
    {NftHeader::Icmp6, 6, 2, NftType::Number, "icmpv6 sequence"},
    {NftHeader::OtherPorts, 0, 2, NftType::Number, "th sport"},
    {NftHeader::OtherPorts, 2, 2, NftType::Number, "th dport"},
});

struct MaskedRow {
  NftHeader header;
  uint8_t offset, bytes;
  uint16_t mask;
  int shift;
  NftType type;
  std::string_view text;
};

constexpr std::array kMasked = std::to_array<MaskedRow>({
    {NftHeader::Ether, 14, 2, 0x0fff, 0, NftType::Number, "vlan id"},
    {NftHeader::Ether, 14, 1, 0xe0, 5, NftType::Number, "vlan pcp"},
    {NftHeader::Ip, 0, 1, 0xf0, 4, NftType::Number, "ip version"},
    {NftHeader::Ip, 0, 1, 0x0f, 0, NftType::Number, "ip hdrlength"},
    {NftHeader::Ip, 1, 1, 0xfc, 2, NftType::Mark, "ip dscp"},
    {NftHeader::Ip, 1, 1, 0x03, 0, NftType::Number, "ip ecn"},
    {NftHeader::Ip6, 0, 2, 0x0fc0, 6, NftType::Mark, "ip6 dscp"},
    {NftHeader::Ip6, 1, 1, 0x30, 4, NftType::Number, "ip6 ecn"},
    {NftHeader::Tcp, 12, 1, 0xf0, 4, NftType::Number, "tcp doff"},
});

bool is_address(NftType type) { return type == NftType::Ipv4 || type == NftType::Ipv6; }

// The field at that place; of an address a rule reads only the bytes that it compares.
const PayloadRow* find_row(NftHeader header, size_t offset, size_t bytes) {
  for (const PayloadRow& row : kPayload)
    if (row.header == header && row.offset == offset &&
        (bytes >= row.bytes || is_address(row.type)))
      return &row;
  return nullptr;
}

NftField raw(unsigned base, NftHeader header, unsigned offset, size_t bytes) {
  constexpr std::array<std::string_view, 4> kBases = {"ll", "nh", "th", "ih"};
  NftField field;
  field.text =
      fmt::format("@{},{},{}", base < kBases.size() ? kBases[base] : "?", offset * 8, bytes * 8);
  field.bytes = bytes;
  field.header = header;
  field.offset = offset;
  return field;
}

// In a register, where it takes whole words.
size_t bytes_of(const Row& row) {
  if (row.type == NftType::Name || row.type == NftType::Ipv6) return 16;
  if (row.text == "meta time" || row.text == "packets" || row.text == "bytes" ||
      row.text == "avgpkt")
    return 8;
  if (row.type == NftType::Raw) return 0;  // not known
  return row.is_network && row.type != NftType::Ipv4 && row.text != "id" ? 2 : 4;
}

}  // namespace

NftField nft_meta(unsigned key) {
  NftField field;
  field.is_network = false;
  if (key >= kMeta.size()) {
    field.text = fmt::format("[meta {}]", key);
    return field;
  }
  field.text = kMeta[key].text;
  field.type = kMeta[key].type;
  field.is_network = kMeta[key].is_network;
  field.bytes = bytes_of(kMeta[key]);
  return field;
}

NftField nft_ct(unsigned key, int direction) {
  NftField field;
  field.is_network = false;
  if (key >= kCt.size()) {
    field.text = fmt::format("[ct {}]", key);
    return field;
  }
  constexpr std::array<std::string_view, 2> kDirections = {"original ", "reply "};
  const bool has_direction = direction == 0 || direction == 1;
  field.text = fmt::format(
      "ct {}{}", has_direction ? kDirections[static_cast<size_t>(direction)] : "", kCt[key].text);
  field.type = kCt[key].type;
  field.is_network = kCt[key].is_network;
  field.bytes = bytes_of(kCt[key]);
  return field;
}

NftHeader nft_transport(uint64_t protocol) {
  switch (protocol) {
    case 1:
      return NftHeader::Icmp;
    case 6:
      return NftHeader::Tcp;
    case 17:
      return NftHeader::Udp;
    case 58:
      return NftHeader::Icmp6;
    case 33:
    case 132:
    case 136:
      return NftHeader::OtherPorts;
    default:
      return NftHeader::Other;
  }
}

NftHeader nft_network(NftType type, uint64_t value) {
  if (type == NftType::Family)
    return value == 2 ? NftHeader::Ip : value == 10 ? NftHeader::Ip6 : NftHeader::None;
  switch (value) {
    case 0x0800:
      return NftHeader::Ip;
    case 0x86dd:
      return NftHeader::Ip6;
    case 0x0806:
      return NftHeader::Arp;
    default:
      return NftHeader::None;
  }
}

std::vector<NftField> nft_payload(unsigned base, NftHeader header, unsigned offset, size_t bytes) {
  std::vector<NftField> fields;
  if (base == NFT_PAYLOAD_LL_HEADER) header = NftHeader::Ether;
  if (base == NFT_PAYLOAD_TRANSPORT_HEADER && header == NftHeader::None)
    header = NftHeader::OtherPorts;
  if (base > NFT_PAYLOAD_TRANSPORT_HEADER) header = NftHeader::None;
  for (size_t done = 0; done < bytes;) {
    const PayloadRow* const row = find_row(header, offset + done, bytes - done);
    if (!row) return {raw(base, header, offset, bytes)};
    NftField field;
    field.text = row->text;
    field.type = row->type;
    field.bytes = std::min<size_t>(row->bytes, bytes - done);
    field.whole = field.bytes < row->bytes ? row->bytes : 0;
    field.header = header;
    field.offset = row->offset;
    done += field.bytes;
    fields.push_back(std::move(field));
  }
  return fields;
}

bool nft_masked(NftField& field, Bytes mask) {
  const auto row = std::find_if(kMasked.begin(), kMasked.end(), [&](const MaskedRow& r) {
    return r.header == field.header && r.offset == field.offset && r.bytes == field.bytes &&
           r.bytes == mask.size() && r.mask == big_endian(mask);
  });
  if (row == kMasked.end()) return false;
  field.text = row->text;
  field.type = row->type;
  field.shift = row->shift;
  return true;
}

}  // namespace pwru::kernel
