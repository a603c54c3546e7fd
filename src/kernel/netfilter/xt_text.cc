// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/xt_text.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp/arp_tables.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "kernel/netfilter/nft_value.h"
#include "kernel/netfilter/xt_match.h"
#include "kernel/netfilter/xt_words.h"

namespace pwru::kernel {
namespace {

template <class T>
Bytes bytes_in(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

// " -s 10.1.0.2/32"; "" where any address will do.
std::string ip_text(std::string_view option, Bytes address, Bytes mask, bool is_inverted) {
  const bool is_any = address.size() == sizeof(in6_addr)
                          ? nft_prefix(mask) == 0
                          : is_all_zero(address) && is_all_zero(mask);
  if (is_any && !is_inverted) return "";
  return xt_option(option, is_inverted) + " " + xt_address(address) + xt_mask(mask);
}

// " -i eth+": the mask says how many bytes of the name must be the same.
template <class Name, class Mask>
std::string device_text(std::string_view option, const Name& name, const Mask& mask,
                        bool is_inverted) {
  if (!mask[0]) return "";
  std::string text = xt_option(option, is_inverted) + " ";
  size_t at = 0;
  for (; at < std::size(name) && mask[at] && name[at]; at++) text += name[at];
  const bool is_whole = at == std::size(name) || mask[at];
  return is_whole ? text : text + "+";
}

std::string protocol_text(uint16_t protocol, bool is_inverted) {
  if (!protocol) return "";
  return xt_option("-p", is_inverted) + " " +
         nft_value(NftType::Protocol, bytes_in(protocol), false);
}

// What struct ipt_ip and ip6t_ip6 have in common.
static_assert(IPT_INV_SRCIP == IP6T_INV_SRCIP && IPT_INV_DSTIP == IP6T_INV_DSTIP &&
              IPT_INV_VIA_IN == IP6T_INV_VIA_IN && IPT_INV_VIA_OUT == IP6T_INV_VIA_OUT);
template <class Ip>
std::string ip_head_text(const Ip& ip) {
  std::string text =
      ip_text("-s", bytes_in(ip.src), bytes_in(ip.smsk), ip.invflags & IPT_INV_SRCIP);
  text += ip_text("-d", bytes_in(ip.dst), bytes_in(ip.dmsk), ip.invflags & IPT_INV_DSTIP);
  text += device_text("-i", ip.iniface, ip.iniface_mask, ip.invflags & IPT_INV_VIA_IN);
  text += device_text("-o", ip.outiface, ip.outiface_mask, ip.invflags & IPT_INV_VIA_OUT);
  return text + protocol_text(ip.proto, ip.invflags & XT_INV_PROTO);
}

std::string ip4_text(const ipt_ip& ip) {
  std::string text = ip_head_text(ip);
  if (ip.flags & IPT_F_FRAG) text += xt_option("-f", ip.invflags & IPT_INV_FRAG);
  return text;
}

// " --src-mac 02:00:00:00:00:01", " --src-mac 02:00:00:00:00:00/ff:ff:ff:00:00:00"
std::string mac_text(std::string_view option, const arpt_devaddr_info& mac, size_t bytes,
                     bool is_inverted) {
  const Bytes address = bytes_in(mac.addr), mask = bytes_in(mac.mask);
  if (is_all_zero(mask)) return "";
  const size_t shown = std::min(bytes, address.size());
  std::string text =
      xt_option(option, is_inverted) + " " + nft_value(NftType::Mac, address.first(shown), true);
  if (nft_prefix(mask.first(shown)) != static_cast<int>(shown * 8))
    text += "/" + nft_value(NftType::Mac, mask.first(shown), true);
  return text;
}

// " --opcode 1", of numbers in network byte order.
std::string number_text(std::string_view option, uint16_t value, uint16_t mask, bool is_inverted) {
  if (!mask) return "";
  std::string text =
      fmt::format("{} {}", xt_option(option, is_inverted), big_endian(bytes_in(value)));
  if (mask != 0xffff) text += fmt::format("/{}", big_endian(bytes_in(mask)));
  return text;
}

// Of an EtherType.
std::string type_text(uint16_t value, uint16_t mask, bool is_inverted) {
  if (!mask) return "";
  std::string text =
      fmt::format("{} {:#x}", xt_option("--proto-type", is_inverted), big_endian(bytes_in(value)));
  if (mask != 0xffff) text += fmt::format("/{:#x}", big_endian(bytes_in(mask)));
  return text;
}

std::string without_whole_mask(std::string text) {
  constexpr std::string_view kWhole = "/32";
  if (text.ends_with(kWhole)) text.resize(text.size() - kWhole.size());
  return text;
}

// As arptables-legacy(8) takes them.
std::string arp_text(const arpt_arp& arp) {
  constexpr uint8_t kEthernetBytes = 6;
  const uint16_t inverted = arp.invflags;
  std::string text = without_whole_mask(
      ip_text("-s", bytes_in(arp.src), bytes_in(arp.smsk), inverted & ARPT_INV_SRCIP));
  text += without_whole_mask(
      ip_text("-d", bytes_in(arp.tgt), bytes_in(arp.tmsk), inverted & ARPT_INV_TGTIP));
  text += mac_text("--src-mac", arp.src_devaddr, kEthernetBytes, inverted & ARPT_INV_SRCDEVADDR);
  text += mac_text("--dst-mac", arp.tgt_devaddr, kEthernetBytes, inverted & ARPT_INV_TGTDEVADDR);
  text += device_text("-i", arp.iniface, arp.iniface_mask, inverted & ARPT_INV_VIA_IN);
  text += device_text("-o", arp.outiface, arp.outiface_mask, inverted & ARPT_INV_VIA_OUT);
  if (arp.arhln_mask)
    text += fmt::format("{} {}", xt_option("--h-length", inverted & ARPT_INV_ARPHLN), arp.arhln);
  text += number_text("--opcode", arp.arpop, arp.arpop_mask, inverted & ARPT_INV_ARPOP);
  text += number_text("--h-type", arp.arhrd, arp.arhrd_mask, inverted & ARPT_INV_ARPHRD);
  return text + type_text(arp.arpro, arp.arpro_mask, inverted & ARPT_INV_ARPPRO);
}

template <class T>
std::string head_text(const XtEntry& entry, std::string (*text_of_head)(const T&)) {
  T head;
  return take(entry.head, head) ? text_of_head(head) : "";
}

std::string reject_text(const XtEntry& entry) {
  constexpr std::array<std::string_view, 9> kIp4 = {"icmp-net-unreachable",
                                                    "icmp-host-unreachable",
                                                    "icmp-proto-unreachable",
                                                    "icmp-port-unreachable",
                                                    "echo-reply",
                                                    "icmp-net-prohibited",
                                                    "icmp-host-prohibited",
                                                    "tcp-reset",
                                                    "icmp-admin-prohibited"};
  constexpr std::array<std::string_view, 9> kIp6 = {"icmp6-no-route",
                                                    "icmp6-adm-prohibited",
                                                    "icmp6-not-neighbour",
                                                    "icmp6-addr-unreachable",
                                                    "icmp6-port-unreachable",
                                                    "echo-reply",
                                                    "tcp-reset",
                                                    "icmp6-policy-fail",
                                                    "icmp6-reject-route"};
  uint32_t with = 0;
  if (!take(entry.target.data, with) || with >= kIp4.size()) return " -j REJECT [...]";
  const auto& words = entry.family == PWRU_XT_IP6 ? kIp6 : kIp4;
  return " -j REJECT --reject-with " + std::string(words[with]);
}

}  // namespace

bool xt_rejects(const XtEntry& entry) { return entry.target.name == "REJECT"; }

bool xt_drops(const XtEntry& entry) {
  constexpr int32_t kDrop = -NF_DROP - 1;
  int32_t verdict = 0;
  return entry.target.name.empty() && take(entry.target.data, verdict) && verdict == kDrop;
}

std::string xt_rule_text(const XtEntry& entry, const XtSetName& set_name) {
  std::string text;
  if (entry.family == PWRU_XT_IP4) text = head_text(entry, ip4_text);
  if (entry.family == PWRU_XT_IP6) text = head_text(entry, ip_head_text<ip6t_ip6>);
  if (entry.family == PWRU_XT_ARP) text = head_text(entry, arp_text);
  Bytes matches = entry.matches;
  XtExtension match;
  while (take_match(matches, match)) text += xt_match_text({entry.family, match, set_name});
  if (xt_rejects(entry))
    text += reject_text(entry);
  else
    text += xt_drops(entry) ? " -j DROP" : " [...]";
  return shortened_rule(text.substr(1));
}

}  // namespace pwru::kernel
