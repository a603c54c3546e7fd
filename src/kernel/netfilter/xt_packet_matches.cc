// SPDX-License-Identifier: Apache-2.0
// Matches on what stands in a packet.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/xt_iprange.h>
#include <linux/netfilter/xt_length.h>
#include <linux/netfilter/xt_mac.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv4/ipt_ttl.h>

#include "kernel/netfilter/nft_value.h"
#include "kernel/netfilter/xt_match.h"
#include "kernel/netfilter/xt_words.h"

namespace pwru::kernel {
namespace {

std::string ports_text(std::string_view option, const uint16_t (&ports)[2], bool is_inverted) {
  constexpr uint16_t kLast = 0xffff;
  if (ports[0] == 0 && ports[1] == kLast && !is_inverted) return "";
  const std::string name = xt_option(option, is_inverted);
  if (ports[0] == ports[1]) return fmt::format("{} {}", name, ports[0]);
  return fmt::format("{} {}:{}", name, ports[0], ports[1]);
}

std::string tcp_flags(uint8_t flags) {
  constexpr std::array<std::string_view, 6> kFlags = {"FIN", "SYN", "RST", "PSH", "ACK", "URG"};
  return flags ? xt_bits(flags, kFlags) : "NONE";
}

bool tcp_words(const XtMatch& match, std::string& text) {
  xt_tcp tcp;
  if (!take(match.extension.data, tcp)) return false;
  text += ports_text("--sport", tcp.spts, tcp.invflags & XT_TCP_INV_SRCPT);
  text += ports_text("--dport", tcp.dpts, tcp.invflags & XT_TCP_INV_DSTPT);
  if (tcp.option || tcp.invflags & XT_TCP_INV_OPTION)
    text += fmt::format("{} {}", xt_option("--tcp-option", tcp.invflags & XT_TCP_INV_OPTION),
                        tcp.option);
  if (tcp.flg_mask || tcp.invflags & XT_TCP_INV_FLAGS)
    text += fmt::format("{} {} {}", xt_option("--tcp-flags", tcp.invflags & XT_TCP_INV_FLAGS),
                        tcp_flags(tcp.flg_mask), tcp_flags(tcp.flg_cmp));
  return true;
}

bool udp_words(const XtMatch& match, std::string& text) {
  xt_udp udp;
  if (!take(match.extension.data, udp)) return false;
  text += ports_text("--sport", udp.spts, udp.invflags & XT_UDP_INV_SRCPT);
  text += ports_text("--dport", udp.dpts, udp.invflags & XT_UDP_INV_DSTPT);
  return true;
}

// struct ip6t_icmp is the same.
bool icmp_words(const XtMatch& match, std::string& text) {
  constexpr uint8_t kAny = 0xff;
  ipt_icmp icmp;
  if (!take(match.extension.data, icmp)) return false;
  const bool is_v6 = match.family == PWRU_XT_IP6;
  text += xt_option(is_v6 ? "--icmpv6-type" : "--icmp-type", icmp.invflags & IPT_ICMP_INV);
  if (icmp.type == kAny && !is_v6) {
    text += " any";
    return true;
  }
  text += fmt::format(" {}", icmp.type);
  if (icmp.code[0] != 0 || icmp.code[1] != kAny) text += fmt::format("/{}", icmp.code[0]);
  return icmp.code[0] == icmp.code[1] || (icmp.code[0] == 0 && icmp.code[1] == kAny);
}

bool multiport_words(const XtMatch& match, std::string& text) {
  constexpr std::array<std::string_view, 3> kOptions = {"--sports", "--dports", "--ports"};
  xt_multiport_v1 multiport;
  if (!take(match.extension.data, multiport) || multiport.flags >= kOptions.size() ||
      multiport.count > XT_MULTI_PORTS)
    return false;
  text += xt_option(kOptions[multiport.flags], multiport.invert);
  char separator = ' ';
  for (size_t i = 0; i < multiport.count; i++) {
    text += fmt::format("{}{}", separator, multiport.ports[i]);
    separator = multiport.pflags[i] ? ':' : ',';
  }
  return true;
}

bool mac_words(const XtMatch& match, std::string& text) {
  xt_mac_info mac;
  if (!take(match.extension.data, mac)) return false;
  text += xt_option("--mac-source", mac.invert) + " " +
          nft_value(NftType::Mac, std::as_bytes(std::span(mac.srcaddr)), true);
  return true;
}

bool iprange_words(const XtMatch& match, std::string& text) {
  xt_iprange_mtinfo range;
  if (!take(match.extension.data, range)) return false;
  const size_t bytes = match.family == PWRU_XT_IP6 ? sizeof(in6_addr) : sizeof(in_addr);
  const auto address = [bytes](const nf_inet_addr& from) {
    return xt_address(std::as_bytes(std::span(&from, 1)).first(bytes));
  };
  if (range.flags & IPRANGE_SRC)
    text += fmt::format("{} {}-{}", xt_option("--src-range", range.flags & IPRANGE_SRC_INV),
                        address(range.src_min), address(range.src_max));
  if (range.flags & IPRANGE_DST)
    text += fmt::format("{} {}-{}", xt_option("--dst-range", range.flags & IPRANGE_DST_INV),
                        address(range.dst_min), address(range.dst_max));
  return true;
}

bool length_words(const XtMatch& match, std::string& text) {
  xt_length_info length;
  if (!take(match.extension.data, length)) return false;
  text += fmt::format("{} {}", xt_option("--length", length.invert), length.min);
  if (length.min != length.max) text += fmt::format(":{}", length.max);
  return true;
}

// struct ip6t_hl_info is the same.
bool ttl_words(const XtMatch& match, std::string& text) {
  const std::string_view name = match.extension.name;
  ipt_ttl_info ttl;
  if (!take(match.extension.data, ttl) || ttl.mode > IPT_TTL_GT) return false;
  constexpr std::array<std::string_view, 4> kModes = {"eq", "eq", "lt", "gt"};
  text += fmt::format(
      "{} {}", xt_option(fmt::format("--{}-{}", name, kModes[ttl.mode]), ttl.mode == IPT_TTL_NE),
      ttl.ttl);
  return true;
}

constexpr auto kRows = std::to_array<XtMatchRow>({
    {"tcp", 1, tcp_words},
    {"udp", 1, udp_words},
    {"udplite", 1, udp_words},
    {"icmp", 1, icmp_words},
    {"icmp6", 1, icmp_words},
    {"multiport", 1 << 1, multiport_words},
    {"mac", 1, mac_words},
    {"iprange", 1 << 1, iprange_words},
    {"length", 1, length_words},
    {"ttl", 1, ttl_words},
    {"hl", 1, ttl_words},
});

}  // namespace

std::span<const XtMatchRow> xt_packet_matches() { return kRows; }

}  // namespace pwru::kernel
