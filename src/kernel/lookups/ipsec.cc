// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/ipsec.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/xfrm.h>

#include <array>
#include <tuple>
#include <utility>
#include <vector>

namespace pwru::kernel {
namespace {

// Whether a port of the packet is what the selector asks for; none: the packet has none.
std::optional<bool> matches_port(std::optional<uint16_t> port, uint16_t asked_be,
                                 uint16_t mask_be) {
  if (!mask_be) return true;
  if (!port) return std::nullopt;
  return ((htons(*port) ^ asked_be) & mask_be) == 0;
}

// ip(8) knows such a policy by its index and the mark.
bool asks_for_mark(Bytes attribute) {
  xfrm_mark asked = {};
  return take(attribute, asked) && asked.m != 0;
}

Bytes bytes_of(const xfrm_address_t& address) { return std::as_bytes(std::span(&address, 1)); }

// xfrm_selector_match(). None: it asks for what is not known here.
std::optional<bool> matches(const xfrm_selector& asked, Bytes attributes,
                            const RouteQuestion& packet) {
  const uint16_t family = packet.is_v6 ? AF_INET6 : AF_INET;
  if (asked.family && asked.family != family) return false;
  if (asked.proto && asked.proto != packet.protocol) return false;
  if (!has_prefix(packet.destination, bytes_of(asked.daddr), asked.prefixlen_d) ||
      !has_prefix(packet.source, bytes_of(asked.saddr), asked.prefixlen_s))
    return false;
  const auto sport = matches_port(packet.sport, asked.sport, asked.sport_mask);
  const auto dport = matches_port(packet.dport, asked.dport, asked.dport_mask);
  if (sport == false || dport == false) return false;
  if (!sport || !dport || asked.ifindex || asks_for_mark(attribute(attributes, XFRMA_MARK)) ||
      host_number(attribute(attributes, XFRMA_IF_ID)))
    return std::nullopt;
  return true;
}

std::string address_text(uint16_t family, const xfrm_address_t& address, unsigned bits) {
  const bool is_v6 = family == AF_INET6;
  std::array<char, INET6_ADDRSTRLEN> text;
  ::inet_ntop(is_v6 ? AF_INET6 : AF_INET, &address, text.data(), text.size());
  return fmt::format("{}/{}", text.data(), bits);
}

std::string selector_text(const xfrm_selector& selector) {
  std::string text = fmt::format(
      "src {} dst {}", address_text(selector.family, selector.saddr, selector.prefixlen_s),
      address_text(selector.family, selector.daddr, selector.prefixlen_d));
  if (selector.proto) text += fmt::format(" proto {}", selector.proto);
  if (selector.sport_mask) text += fmt::format(" sport {}", ntohs(selector.sport));
  if (selector.dport_mask) text += fmt::format(" dport {}", ntohs(selector.dport));
  return text;
}

// The first template that is no mere offer (`level use`): the outermost one when there are several.
std::string protection_text(Bytes templates) {
  xfrm_user_tmpl first = {};
  do {
    if (!take(templates, first)) return "";
    templates = after(templates, sizeof(first));
  } while (first.optional);
  constexpr std::array kModes = {"transport", "tunnel", "route optimization",
                                 "trigger",   "BEET",   "IP-TFS"};
  std::string text = first.id.proto == IPPROTO_AH     ? "AH"
                     : first.id.proto == IPPROTO_COMP ? "IPComp"
                                                      : "ESP";
  if (first.mode < kModes.size()) text += fmt::format(" in mode {}", kModes[first.mode]);
  return text;
}

bool is_of_main_type(Bytes attribute) {
  xfrm_userpolicy_type type = {};
  return !take(attribute, type) || type.type == XFRM_POLICY_TYPE_MAIN;
}

std::vector<std::byte> ask_policies(const AskKernel& ask, uint32_t netns) {
  Message request(XFRM_MSG_GETPOLICY, NLM_F_REQUEST | NLM_F_DUMP);
  request.append_value(xfrm_userpolicy_id{});
  return ask(netns, request.bytes());
}

// Whether what no policy takes is blocked. There is no such default before 5.14, and stable kernels
// that have it.
bool default_blocks(const AskKernel& ask, uint32_t netns, IpsecDirection direction) {
  Message request(XFRM_MSG_GETDEFAULT, NLM_F_REQUEST);
  request.append_value(xfrm_userpolicy_default{});
  xfrm_userpolicy_default defaults = {};
  const std::vector<std::byte> answer = ask(netns, request.bytes());
  for_each_message(answer, XFRM_MSG_GETDEFAULT, [&](Bytes body) { (void)take(body, defaults); });
  const std::array by_direction = {defaults.in, defaults.out, defaults.fwd};
  return by_direction[static_cast<size_t>(direction)] == XFRM_USERPOLICY_BLOCK;
}

IpsecAnswer search(Bytes policies, const RouteQuestion& packet, IpsecDirection direction) {
  std::optional<IpsecPolicy> found;
  std::tuple<uint32_t, uint32_t> order;  // of equal priorities the older one, whose index is lower
  bool is_known = true;
  const auto take_policy = [&](Bytes body) {
    xfrm_userpolicy_info info = {};
    const Bytes attributes = after(body, NLMSG_ALIGN(sizeof(info)));
    if (!take(body, info) || info.dir != static_cast<uint8_t>(direction) ||
        !is_of_main_type(attribute(attributes, XFRMA_POLICY_TYPE)))
      return;
    const auto is_match = matches(info.sel, attributes, packet);
    if (!is_match) is_known = false;
    const std::tuple next = {info.priority, info.index};
    if (is_match != true || (found && order < next)) return;
    order = next;
    found = IpsecPolicy{direction, selector_text(info.sel), info.index,
                        info.action == XFRM_POLICY_BLOCK,
                        protection_text(attribute(attributes, XFRMA_TMPL))};
  };
  const bool is_all = for_each_message(policies, XFRM_MSG_NEWPOLICY, take_policy);
  if (!is_all || !is_known) return {};
  return {true, direction, std::move(found)};
}

}  // namespace

IpsecAnswer find_ipsec_policy(const AskKernel& ask, const RouteQuestion& packet,
                              IpsecDirection direction) {
  IpsecAnswer found = search(ask_policies(ask, packet.netns), packet, direction);
  if (found.is_known && !found.policy)
    found.default_blocks = default_blocks(ask, packet.netns, direction);
  return found;
}

IpsecAnswer find_forward_policy(const AskKernel& ask, const RouteQuestion& packet,
                                bool is_protected) {
  const auto refuses = [](const IpsecAnswer& answer) {
    const auto& policy = answer.policy;
    return policy ? policy->blocks || !policy->protection.empty() : answer.default_blocks;
  };
  const IpsecAnswer forwarded = find_ipsec_policy(ask, packet, IpsecDirection::Forward);
  const bool is_decided =
      forwarded.policy ? forwarded.policy->blocks : forwarded.default_blocks || is_protected;
  if (!forwarded.is_known || is_decided) return forwarded;
  IpsecAnswer sent = find_ipsec_policy(ask, packet, IpsecDirection::Out);
  if (!sent.is_known || (refuses(forwarded) && refuses(sent))) return {};
  return refuses(sent) ? sent : forwarded;
}

}  // namespace pwru::kernel
