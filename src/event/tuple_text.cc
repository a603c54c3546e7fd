// SPDX-License-Identifier: Apache-2.0
#include "event/tuple_text.h"

#include <netinet/in.h>

#include <array>
#include <charconv>
#include <cstring>
#include <string_view>

namespace pwru::event {
namespace {

// The decimal text of a byte, so that most numbers of a tuple are one copy of four characters.
struct ByteText {
  char chars[3];
  char size;
};

constexpr std::array<ByteText, 256> make_byte_texts() {
  std::array<ByteText, 256> texts{};
  for (unsigned value = 0; value < texts.size(); ++value) {
    ByteText& text = texts[value];
    const char digits[3] = {static_cast<char>('0' + value / 100),
                            static_cast<char>('0' + value / 10 % 10),
                            static_cast<char>('0' + value % 10)};
    text.size = value >= 100 ? 3 : value >= 10 ? 2 : 1;
    for (int i = 0; i < text.size; ++i) text.chars[i] = digits[3 - text.size + i];
  }
  return texts;
}

constexpr std::array<ByteText, 256> kByteTexts = make_byte_texts();

char* put(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* put_byte(char* out, uint8_t value) {
  const ByteText& text = kByteTexts[value];
  std::memcpy(out, &text, sizeof(text));  // the fourth is overwritten by what follows
  return out + text.size;
}

char* put_port(char* out, uint16_t port) {
  if (port < 256) return put_byte(out, static_cast<uint8_t>(port));
  return std::to_chars(out, out + 5, port).ptr;
}

// As `ip xfrm` and tcpdump print it.
char* put_spi(char* out, uint32_t spi) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out = put(out, ":0x");
  for (int shift = 28; shift >= 0; shift -= 4) *out++ = kDigits[spi >> shift & 15];
  return out;
}

char* put_group(char* out, unsigned group) {
  static constexpr char kDigits[] = "0123456789abcdef";
  if (group >= 0x1000) *out++ = kDigits[group >> 12];
  if (group >= 0x100) *out++ = kDigits[group >> 8 & 15];
  if (group >= 0x10) *out++ = kDigits[group >> 4 & 15];
  *out++ = kDigits[group & 15];
  return out;
}

struct ZeroRun {
  int first = 8;
  int count = 0;
};

// The groups to write as "::": the first of the longest runs, if it has two or more (RFC
// 5952, 4.2).
ZeroRun longest_zero_run(const unsigned groups[8]) {
  ZeroRun best;
  for (int i = 0; i < 8;) {
    int end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i > best.count) best = {i, end - i};
    i = end + 1;
  }
  return best.count >= 2 ? best : ZeroRun{};
}

constexpr std::string_view protocol_name(uint8_t protocol) {
  switch (protocol) {
    case IPPROTO_ICMP:
      return "icmp";
    case IPPROTO_IGMP:
      return "igmp";
    case IPPROTO_IPIP:
      return "ipip";
    case IPPROTO_TCP:
      return "tcp";
    case IPPROTO_UDP:
      return "udp";
    case IPPROTO_DCCP:
      return "dccp";
    case IPPROTO_IPV6:
      return "ipv6";
    case IPPROTO_GRE:
      return "gre";
    case IPPROTO_ESP:
      return "esp";
    case IPPROTO_AH:
      return "ah";
    case IPPROTO_ICMPV6:
      return "icmp6";
    case 89:
      return "ospf";
    case IPPROTO_PIM:
      return "pim";
    case 112:
      return "vrrp";
    case IPPROTO_SCTP:
      return "sctp";
    case IPPROTO_UDPLITE:
      return "udplite";
    default:
      return "";
  }
}

char* put_protocol(char* out, const Tuple& tuple, bool with_tcp_flags) {
  *out++ = '(';
  const std::string_view name = protocol_name(tuple.l4_proto);
  out = name.empty() ? put_byte(out, tuple.l4_proto) : put(out, name);
  if (tuple.has_icmp) {
    *out++ = ':';
    out = put_byte(out, tuple.icmp_type);
    *out++ = '/';
    out = put_byte(out, tuple.icmp_code);
  }
  if (with_tcp_flags && tuple.tcp_flags && has_tcp_flags(tuple)) {
    *out++ = ':';
    out = append_tcp_flags(out, tuple.tcp_flags);
  }
  if (tuple.has_spi) {
    const bool is_own = tuple.l4_proto == IPPROTO_ESP || tuple.l4_proto == IPPROTO_AH;
    out = put_spi(is_own ? out : put(out, ",ah"), tuple.spi);
  }
  *out++ = ')';
  return out;
}

char* put_endpoint(char* out, const Tuple& tuple, const uint8_t* address, uint16_t port) {
  if (tuple.is_v6) {
    *out++ = '[';
    out = append_ipv6(out, address);
    *out++ = ']';
  } else {
    out = append_ipv4(out, address);
  }
  if (tuple.is_later_fragment) return out;
  *out++ = ':';
  return put_port(out, tuple.has_ports ? port : uint16_t{0});
}

}  // namespace

char* append_ipv4(char* out, const uint8_t address[4]) {
  for (int i = 0; i < 3; ++i) {
    out = put_byte(out, address[i]);
    *out++ = '.';
  }
  return put_byte(out, address[3]);
}

char* append_ipv6(char* out, const uint8_t address[16]) {
  unsigned groups[8];
  for (size_t i = 0; i < 8; ++i)
    groups[i] = static_cast<unsigned>(address[2 * i] << 8 | address[2 * i + 1]);
  const ZeroRun run = longest_zero_run(groups);
  // An IPv4 address inside: ::ffff:a.b.c.d, and the old ::a.b.c.d.
  const bool is_v4_at_end =
      run.first == 0 && (run.count == 6 || (run.count == 5 && groups[5] == 0xffff));
  const int end = is_v4_at_end ? 6 : 8;
  bool needs_colon = false;
  for (int i = 0; i < end; ++i) {
    if (i == run.first) {
      out = put(out, "::");
      i += run.count - 1;
      needs_colon = false;
      continue;
    }
    if (needs_colon) *out++ = ':';
    out = put_group(out, groups[i]);
    needs_colon = true;
  }
  if (!is_v4_at_end) return out;
  if (needs_colon) *out++ = ':';
  return append_ipv4(out, address + 12);
}

bool has_tcp_flags(const Tuple& tuple) {
  return tuple.l4_proto == IPPROTO_TCP && !tuple.is_later_fragment;
}

char* append_tcp_flags(char* out, uint8_t flags) {
  static constexpr std::string_view kNames[8] = {"FIN", "SYN", "RST", "PSH",
                                                 "ACK", "URG", "ECE", "CWR"};
  const char* const start = out;
  for (unsigned bit = 0; bit < 8; ++bit) {
    if ((flags >> bit & 1) == 0) continue;
    if (out != start) *out++ = '|';
    out = put(out, kNames[bit]);
  }
  return out;
}

char* append_tuple(char* out, const Tuple& tuple, bool with_tcp_flags) {
  out = put_endpoint(out, tuple, tuple.saddr, tuple.sport);
  *out++ = '-';
  *out++ = '>';
  out = put_endpoint(out, tuple, tuple.daddr, tuple.dport);
  return put_protocol(out, tuple, with_tcp_flags);
}

char* append_address(char* out, const uint8_t* address, bool is_v6) {
  return is_v6 ? append_ipv6(out, address) : append_ipv4(out, address);
}

std::string address_text(const uint8_t* address, bool is_v6) {
  std::array<char, kAddressRoom> text;
  char* const end = append_address(text.data(), address, is_v6);
  return {text.data(), end};
}

}  // namespace pwru::event
