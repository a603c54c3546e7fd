// SPDX-License-Identifier: Apache-2.0
#include "kernel/routes.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>

namespace pwru::kernel {
namespace {

// fib_props[] and fib4_rule_action(), ip6_route_info_create() and fib6_rule_action().
struct Kind {
  int error;
  uint8_t route;  // RTN_*; 0: no route gives that error
  uint8_t rule;   // FR_ACT_*; 0: no rule does
};
constexpr auto kKinds = std::to_array<Kind>({
    {EINVAL, RTN_BLACKHOLE, FR_ACT_BLACKHOLE},
    {EACCES, RTN_PROHIBIT, FR_ACT_PROHIBIT},
    {EHOSTUNREACH, RTN_UNREACHABLE, 0},
    {ENETUNREACH, 0, FR_ACT_UNREACHABLE},
});

struct Rule {
  uint32_t preference = 0;
  uint8_t action = FR_ACT_UNSPEC;
  uint32_t table = 0;
  uint32_t goes_to = 0;              // preference, of FR_ACT_GOTO
  int32_t ignored_prefix_bits = -1;  // routes that are no longer than this are not taken
  std::optional<bool> matches;       // none: that is not known here
};

// A port of the packet, and a fib_rule_port_range.
bool is_in_range(std::optional<uint16_t> port, Bytes range) {
  fib_rule_port_range ports;
  return port && take(range, ports) && *port >= ports.start && *port <= ports.end;
}

// The attributes of fib_rule_match(). None: the rule asks for what a packet does not tell.
std::optional<bool> matches_attribute(const Attribute& asked, const RouteQuestion& packet,
                                      const fib_rule_hdr& rule, uint32_t mask) {
  switch (asked.type) {
    case FRA_DST:
      return has_prefix(packet.destination, asked.payload, rule.dst_len);
    case FRA_SRC:
      return has_prefix(packet.source, asked.payload, rule.src_len);
    case FRA_IIFNAME:
      return text_of(asked.payload) == packet.device;
    case FRA_OIFNAME:
      return false;
    case FRA_FWMARK:
      return ((packet.mark ^ host_number(asked.payload)) & mask) == 0;
    case FRA_IP_PROTO:
      return host_number(asked.payload) == packet.protocol;
    case FRA_SPORT_RANGE:
      return is_in_range(packet.sport, asked.payload);
    case FRA_DPORT_RANGE:
      return is_in_range(packet.dport, asked.payload);
    case FRA_GOTO:
    case FRA_PRIORITY:
    case FRA_SUPPRESS_PREFIXLEN:
    case FRA_TABLE:
    case FRA_FWMASK:
    case FRA_FLOW:
    case FRA_PAD:
    case FRA_PROTOCOL:
      return true;
    case FRA_SUPPRESS_IFGROUP:
      if (static_cast<int32_t>(host_number(asked.payload)) == -1) return true;
      break;
    case FRA_L3MDEV:
      if (host_number(asked.payload) == 0) return true;
      break;
  }
  return std::nullopt;
}

Rule read_rule(Bytes body, const RouteQuestion& packet) {
  fib_rule_hdr head = {};
  if (!take(body, head)) return {};
  const Bytes attributes = after(body, NLMSG_ALIGN(sizeof(head)));
  Rule rule;
  rule.action = head.action;
  rule.preference = static_cast<uint32_t>(host_number(attribute(attributes, FRA_PRIORITY)));
  rule.table = static_cast<uint32_t>(host_number(attribute(attributes, FRA_TABLE)));
  rule.goes_to = static_cast<uint32_t>(host_number(attribute(attributes, FRA_GOTO)));
  const Bytes ignored = attribute(attributes, FRA_SUPPRESS_PREFIXLEN);
  if (!ignored.empty()) rule.ignored_prefix_bits = static_cast<int32_t>(host_number(ignored));
  const auto mask = static_cast<uint32_t>(host_number(attribute(attributes, FRA_FWMASK)));
  // One that does not match decides, even if another one is not known.
  rule.matches = head.tos ? std::nullopt : std::optional(true);
  Attribute asked;
  for (Bytes rest = attributes; take_attribute(rest, asked);) {
    const auto matches = matches_attribute(asked, packet, head, mask);
    if (matches == false) {
      rule.matches = false;
      break;
    }
    if (!matches) rule.matches.reset();
  }
  if ((head.flags & FIB_RULE_INVERT) && rule.matches) rule.matches = !*rule.matches;
  return rule;
}

// In the order in which the kernel asks them. None when the kernel does not list them all.
std::optional<std::vector<Rule>> read_rules(const AskKernel& ask, const RouteQuestion& packet) {
  Message request(RTM_GETRULE, NLM_F_REQUEST | NLM_F_DUMP);
  fib_rule_hdr head = {};
  head.family = packet.is_v6 ? AF_INET6 : AF_INET;
  request.append_value(head);
  std::vector<Rule> rules;
  const bool is_all =
      for_each_message(ask(packet.netns, request.bytes()), RTM_NEWRULE,
                       [&](Bytes body) { rules.push_back(read_rule(body, packet)); });
  if (!is_all) return std::nullopt;
  return rules;
}

// The bits of the longest prefix of a route of that kind that has the destination: -1: there is
// none. None when the kernel does not list them all.
std::optional<int> longest_prefix(const AskKernel& ask, const RouteQuestion& packet, uint32_t table,
                                  uint8_t kind) {
  Message request(RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP);
  rtmsg head = {};
  head.rtm_family = packet.is_v6 ? AF_INET6 : AF_INET;
  head.rtm_type = kind;
  request.append_value(head);
  request.add_value(RTA_TABLE, table);
  const std::vector<std::byte> answer = ask(packet.netns, request.bytes());
  if (netlink_error(answer) == ENOENT) return -1;  // there is no such table
  int longest = -1;
  const bool is_all = for_each_message(answer, RTM_NEWROUTE, [&](Bytes body) {
    rtmsg route = {};
    if (!take(body, route) || route.rtm_type != kind) return;
    const Bytes attributes = after(body, NLMSG_ALIGN(sizeof(route)));
    if (host_number(attribute(attributes, RTA_TABLE)) == table &&
        has_prefix(packet.destination, attribute(attributes, RTA_DST), route.rtm_dst_len) &&
        has_prefix(packet.source, attribute(attributes, RTA_SRC), route.rtm_src_len))
      longest = std::max<int>(longest, route.rtm_dst_len);
  });
  if (!is_all) return std::nullopt;
  return longest;
}

std::string prefix_text(bool is_v6, IpBytes address, unsigned bits) {
  if (bits == 0) return "default";
  for (unsigned bit = bits; bit < address.size() * 8; bit++)
    address[bit / 8] = static_cast<uint8_t>(address[bit / 8] & ~(0x80U >> bit % 8));
  std::array<char, INET6_ADDRSTRLEN> text;
  ::inet_ntop(is_v6 ? AF_INET6 : AF_INET, address.data(), text.data(), text.size());
  if (bits == (is_v6 ? 128 : 32)) return text.data();
  return fmt::format("{}/{}", text.data(), bits);
}

std::string table_name(uint32_t table) {
  switch (table) {
    case RT_TABLE_LOCAL:
      return "local";
    case RT_TABLE_MAIN:
      return "main";
    case RT_TABLE_DEFAULT:
      return "default";
  }
  return fmt::to_string(table);
}

// The first table that has such a route is the one: had another one before it a route for the
// packet, that one would have been taken. Only a route of the kind throw hides it.
std::optional<RefusingRoute> look_up(const AskKernel& ask, const RouteQuestion& packet,
                                     const Rule& rule, const Kind& kind) {
  const auto bits = longest_prefix(ask, packet, rule.table, kind.route);
  if (!bits) return std::nullopt;
  if (*bits < 0 || *bits <= rule.ignored_prefix_bits) return RefusingRoute{};
  const auto thrown = longest_prefix(ask, packet, rule.table, RTN_THROW);
  if (!thrown) return std::nullopt;
  if (*thrown > *bits) return RefusingRoute{};
  return RefusingRoute{RefusingRoute::By::Route,
                       prefix_text(packet.is_v6, packet.destination, static_cast<unsigned>(*bits)),
                       table_name(rule.table), rule.preference};
}

}  // namespace

bool has_prefix(const IpBytes& address, Bytes prefix, unsigned bits) {
  if (bits > address.size() * 8 || prefix.size() * 8 < bits) return false;
  for (unsigned bit = 0; bit < bits; bit++) {
    const unsigned difference = address[bit / 8] ^ std::to_integer<unsigned>(prefix[bit / 8]);
    if (difference & 0x80U >> bit % 8) return false;
  }
  return true;
}

std::optional<RefusingRoute> find_refusing_route(const AskKernel& ask,
                                                 const RouteQuestion& packet) {
  const auto kind = std::ranges::find(kKinds, packet.error, &Kind::error);
  const auto rules = kind == kKinds.end() ? std::nullopt : read_rules(ask, packet);
  if (!rules) return std::nullopt;
  uint32_t from = 0;  // what a rule of the kind goto leaves out lies before it
  for (const Rule& rule : *rules) {
    if (rule.preference < from || rule.matches == false) continue;
    if (!rule.matches) return std::nullopt;
    if (rule.action == FR_ACT_GOTO) from = rule.goes_to;
    if (kind->rule && rule.action == kind->rule)
      return RefusingRoute{RefusingRoute::By::Rule, "", "", rule.preference};
    if (rule.action != FR_ACT_TO_TBL || !kind->route) continue;
    const auto found = look_up(ask, packet, rule, *kind);
    if (!found || found->by != RefusingRoute::By::Nothing) return found;
  }
  return RefusingRoute{};
}

std::optional<WayBack> find_way_back(const AskKernel& ask, const RouteQuestion& packet) {
  Message request(RTM_GETROUTE, NLM_F_REQUEST);
  rtmsg head = {};
  head.rtm_family = packet.is_v6 ? AF_INET6 : AF_INET;
  head.rtm_dst_len = packet.is_v6 ? 128 : 32;
  head.rtm_flags = RTM_F_LOOKUP_TABLE | RTM_F_FIB_MATCH;
  request.append_value(head);
  request.add(RTA_DST, std::as_bytes(std::span(packet.source).first(packet.is_v6 ? 16 : 4)));
  const std::vector<std::byte> answer = ask(packet.netns, request.bytes());
  const int error = netlink_error(answer);
  if (error == ENETUNREACH || error == EHOSTUNREACH) return WayBack{};
  std::optional<WayBack> way;
  for_each_message(answer, RTM_NEWROUTE, [&](Bytes body) {
    rtmsg route = {};
    if (!take(body, route) || route.rtm_type != RTN_UNICAST) return;
    const Bytes attributes = after(body, NLMSG_ALIGN(sizeof(route)));
    const auto ifindex = static_cast<uint32_t>(host_number(attribute(attributes, RTA_OIF)));
    std::string device = ifindex ? device_name(ask, packet.netns, ifindex) : "";
    if (!device.empty())
      way = WayBack{std::move(device), prefix_text(packet.is_v6, packet.source, route.rtm_dst_len)};
  });
  return way;
}

std::string device_name(const AskKernel& ask, uint32_t netns, uint32_t ifindex) {
  Message request(RTM_GETLINK, NLM_F_REQUEST);
  ifinfomsg head = {};
  head.ifi_index = static_cast<int>(ifindex);
  request.append_value(head);
  std::string name;
  for_each_message(ask(netns, request.bytes()), RTM_NEWLINK, [&](Bytes body) {
    name = text_of(attribute(after(body, NLMSG_ALIGN(sizeof(ifinfomsg))), IFLA_IFNAME));
  });
  return name;
}

}  // namespace pwru::kernel
