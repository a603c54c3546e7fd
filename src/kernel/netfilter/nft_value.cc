// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/nft_value.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <cctype>

namespace pwru::kernel {
namespace {

struct Word {
  NftType type;
  uint64_t value;
  std::string_view text;
};

constexpr std::array kWords = std::to_array<Word>({
    {NftType::Protocol, 1, "icmp"},
    {NftType::Protocol, 2, "igmp"},
    {NftType::Protocol, 4, "ipencap"},
    {NftType::Protocol, 6, "tcp"},
    {NftType::Protocol, 17, "udp"},
    {NftType::Protocol, 33, "dccp"},
    {NftType::Protocol, 41, "ipv6"},
    {NftType::Protocol, 43, "ipv6-route"},
    {NftType::Protocol, 44, "ipv6-frag"},
    {NftType::Protocol, 46, "rsvp"},
    {NftType::Protocol, 47, "gre"},
    {NftType::Protocol, 50, "esp"},
    {NftType::Protocol, 51, "ah"},
    {NftType::Protocol, 58, "ipv6-icmp"},
    {NftType::Protocol, 59, "ipv6-nonxt"},
    {NftType::Protocol, 60, "ipv6-opts"},
    {NftType::Protocol, 88, "eigrp"},
    {NftType::Protocol, 89, "ospf"},
    {NftType::Protocol, 94, "ipip"},
    {NftType::Protocol, 103, "pim"},
    {NftType::Protocol, 108, "ipcomp"},
    {NftType::Protocol, 112, "vrrp"},
    {NftType::Protocol, 115, "l2tp"},
    {NftType::Protocol, 132, "sctp"},
    {NftType::Protocol, 135, "mobility-header"},
    {NftType::Protocol, 136, "udplite"},
    {NftType::EtherType, 0x0800, "ip"},
    {NftType::EtherType, 0x0806, "arp"},
    {NftType::EtherType, 0x86dd, "ip6"},
    {NftType::EtherType, 0x8100, "8021q"},
    {NftType::EtherType, 0x88a8, "8021ad"},
    {NftType::Family, 2, "ipv4"},
    {NftType::Family, 3, "arp"},
    {NftType::Family, 7, "bridge"},
    {NftType::Family, 10, "ipv6"},
    {NftType::Icmp, 0, "echo-reply"},
    {NftType::Icmp, 3, "destination-unreachable"},
    {NftType::Icmp, 4, "source-quench"},
    {NftType::Icmp, 5, "redirect"},
    {NftType::Icmp, 8, "echo-request"},
    {NftType::Icmp, 9, "router-advertisement"},
    {NftType::Icmp, 10, "router-solicitation"},
    {NftType::Icmp, 11, "time-exceeded"},
    {NftType::Icmp, 12, "parameter-problem"},
    {NftType::Icmp, 13, "timestamp-request"},
    {NftType::Icmp, 14, "timestamp-reply"},
    {NftType::Icmp, 15, "info-request"},
    {NftType::Icmp, 16, "info-reply"},
    {NftType::Icmp, 17, "address-mask-request"},
    {NftType::Icmp, 18, "address-mask-reply"},
    {NftType::Icmp6, 1, "destination-unreachable"},
    {NftType::Icmp6, 2, "packet-too-big"},
    {NftType::Icmp6, 3, "time-exceeded"},
    {NftType::Icmp6, 4, "parameter-problem"},
    {NftType::Icmp6, 128, "echo-request"},
    {NftType::Icmp6, 129, "echo-reply"},
    {NftType::Icmp6, 130, "mld-listener-query"},
    {NftType::Icmp6, 131, "mld-listener-report"},
    {NftType::Icmp6, 132, "mld-listener-done"},
    {NftType::Icmp6, 133, "nd-router-solicit"},
    {NftType::Icmp6, 134, "nd-router-advert"},
    {NftType::Icmp6, 135, "nd-neighbor-solicit"},
    {NftType::Icmp6, 136, "nd-neighbor-advert"},
    {NftType::Icmp6, 137, "nd-redirect"},
    {NftType::Icmp6, 138, "router-renumbering"},
    {NftType::Icmp6, 141, "ind-neighbor-solicit"},
    {NftType::Icmp6, 142, "ind-neighbor-advert"},
    {NftType::Icmp6, 143, "mld2-listener-report"},
    {NftType::ArpOperation, 1, "request"},
    {NftType::ArpOperation, 2, "reply"},
    {NftType::PacketType, 0, "host"},
    {NftType::PacketType, 1, "broadcast"},
    {NftType::PacketType, 2, "multicast"},
    {NftType::PacketType, 3, "other"},
    {NftType::AddressType, 1, "unicast"},
    {NftType::AddressType, 2, "local"},
    {NftType::AddressType, 3, "broadcast"},
    {NftType::AddressType, 4, "anycast"},
    {NftType::AddressType, 5, "multicast"},
    {NftType::AddressType, 6, "blackhole"},
    {NftType::AddressType, 7, "unreachable"},
    {NftType::AddressType, 8, "prohibit"},
    {NftType::Direction, 0, "original"},
    {NftType::Direction, 1, "reply"},
    {NftType::Presence, 0, "missing"},
    {NftType::Presence, 1, "exists"},
    {NftType::CtState, 1, "invalid"},  // in the order of nft's own lists
    {NftType::CtState, 2, "established"},
    {NftType::CtState, 4, "related"},
    {NftType::CtState, 8, "new"},
    {NftType::CtState, 64, "untracked"},
    {NftType::CtStatus, 1, "expected"},
    {NftType::CtStatus, 2, "seen-reply"},
    {NftType::CtStatus, 4, "assured"},
    {NftType::CtStatus, 8, "confirmed"},
    {NftType::CtStatus, 16, "snat"},
    {NftType::CtStatus, 32, "dnat"},
    {NftType::CtStatus, 512, "dying"},
    {NftType::TcpFlags, 1, "fin"},
    {NftType::TcpFlags, 2, "syn"},
    {NftType::TcpFlags, 4, "rst"},
    {NftType::TcpFlags, 8, "psh"},
    {NftType::TcpFlags, 16, "ack"},
    {NftType::TcpFlags, 32, "urg"},
    {NftType::TcpFlags, 64, "ecn"},
    {NftType::TcpFlags, 128, "cwr"},
});

std::string word_or_number(NftType type, uint64_t value) {
  for (const Word& word : kWords)
    if (word.type == type && word.value == value) return std::string(word.text);
  return type == NftType::EtherType ? fmt::format("{:#06x}", value) : fmt::to_string(value);
}

std::string bits(NftType type, uint64_t value) {
  std::string text;
  for (const Word& word : kWords) {
    if (word.type != type || !(value & word.value)) continue;
    text.append(text.empty() ? "" : ",").append(word.text);
    value &= ~word.value;
  }
  if (value || text.empty()) text += fmt::format("{}{:#x}", text.empty() ? "" : ",", value);
  return text;
}

std::string address(int family, Bytes bytes) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  if (bytes.size() != (family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr)))
    return nft_hex(bytes, true);
  return ::inet_ntop(family, bytes.data(), text.data(), text.size());
}

std::string mac(Bytes bytes) {
  std::string text;
  for (const std::byte byte : bytes)
    text += fmt::format("{}{:02x}", text.empty() ? "" : ":", std::to_integer<unsigned>(byte));
  return text;
}

// The name of a device is compared with its zeros. Without any it is the beginning of a name.
std::string name_or_beginning(Bytes bytes) {
  constexpr size_t kWhole = 16;
  const std::string_view name = text_of(bytes);
  return nft_quoted(std::string(name) +
                    (name.size() == bytes.size() && bytes.size() < kWhole ? "*" : ""));
}

}  // namespace

uint64_t nft_number(Bytes bytes, bool is_network) {
  if (is_network) return big_endian(bytes);
  uint64_t value = 0;
  if (bytes.size() > sizeof(value)) return 0;
  if (!bytes.empty()) std::memcpy(&value, bytes.data(), bytes.size());  // little-endian hosts only
  return value;
}

std::string nft_hex(Bytes bytes, bool is_network) {
  std::string text = "0x";
  for (size_t i = 0; i < bytes.size(); i++)
    text += fmt::format("{:02x}",
                        std::to_integer<unsigned>(bytes[is_network ? i : bytes.size() - 1 - i]));
  return text;
}

std::string nft_value(NftType type, Bytes bytes, bool is_network) {
  switch (type) {
    case NftType::Ipv4:
      return address(AF_INET, bytes);
    case NftType::Ipv6:
      return address(AF_INET6, bytes);
    case NftType::Mac:
      return mac(bytes);
    case NftType::Name:
      return name_or_beginning(bytes);
    case NftType::Raw:
    case NftType::Mark:
      return nft_hex(bytes, is_network);
    default:
      break;
  }
  if (bytes.size() > sizeof(uint64_t)) return nft_hex(bytes, is_network);
  const uint64_t value = nft_number(bytes, is_network);
  return is_bits(type) ? bits(type, value) : word_or_number(type, value);
}

std::string nft_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string nft_name(std::string_view name) {
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' ||
           c == '/';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_plain) ? std::string(name)
                                                                          : nft_quoted(name);
}

int nft_prefix(Bytes mask) {
  int ones = 0;
  bool has_ended = false;
  for (const std::byte byte : mask) {
    const auto bits = std::to_integer<uint8_t>(byte);
    const int leading = std::countl_one(bits);
    if ((has_ended && bits) || std::popcount(bits) != leading) return -1;
    has_ended = leading < 8;
    ones += leading;
  }
  return ones;
}

}  // namespace pwru::kernel
