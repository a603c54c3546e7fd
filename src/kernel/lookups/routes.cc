// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/routes.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "kernel/lookups/links.h"

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
  bool is_of_vrf = false;       // looks up the table of the device's VRF, if it is in one
  uint32_t goes_to = 0;         // preference, of FR_ACT_GOTO
  std::optional<bool> matches;  // none: that is not known here
};

// IPv4 looks up with these bits of the TOS (IPTOS_RT_MASK; INET_DSCP_LEGACY_TOS_MASK of 6.13), also
// where a newer kernel keeps all of DSCP. The lowest two bits are ECN.
constexpr unsigned kRouteTos = 0x1c, kEcn = 0x03;
// Of Linux 6.12 and 6.15.
// FRA_DSCP, FRA_SPORT_MASK, FRA_DPORT_MASK, FRA_DSCP_MASK
constexpr uint16_t kRuleDscp = 25, kRuleSportMask = 28, kRuleDportMask = 29, kRuleDscpMask = 30;

// fib_rule_port_match(): a port of the packet, a fib_rule_port_range, and which bits of its begin
// count. Since 6.15 a single port has a mask, of all bits.
bool is_in_range(std::optional<uint16_t> port, Bytes range, Bytes mask) {
  fib_rule_port_range ports;
  if (!port || !take(range, ports)) return false;
  if (const uint64_t bits = host_number(mask)) return ((*port ^ ports.start) & bits) == 0;
  return *port >= ports.start && *port <= ports.end;
}

// fib4_rule_match(), fib6_rule_match(): whether the TOS of a rule is that of the packet.
std::optional<bool> matches_tos(unsigned asked, const RouteQuestion& packet) {
  if (!packet.tos) return std::nullopt;
  if (!packet.is_v6) return asked == (*packet.tos & kRouteTos);
  // Before 5.18 the bits of ECN count for IPv6, too.
  if ((asked & ~kEcn) != (*packet.tos & ~kEcn)) return false;
  return asked == *packet.tos ? std::optional(true) : std::nullopt;
}

// Six bits of the DSCP, and which of them count.
std::optional<bool> matches_dscp(Bytes dscp, Bytes mask, const RouteQuestion& packet) {
  if (!packet.tos) return std::nullopt;
  const unsigned counts = mask.empty() ? 0x3f : static_cast<unsigned>(host_number(mask));
  return ((static_cast<unsigned>(host_number(dscp)) ^ unsigned{*packet.tos} >> 2) & counts) == 0;
}

// The attributes of fib_rule_match(). None: the rule asks for what a packet does not tell.
std::optional<bool> matches_attribute(const Attribute& asked, Bytes all,
                                      const RouteQuestion& packet, const fib_rule_hdr& rule,
                                      uint32_t mask) {
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
      return is_in_range(packet.sport, asked.payload, attribute(all, kRuleSportMask));
    case FRA_DPORT_RANGE:
      return is_in_range(packet.dport, asked.payload, attribute(all, kRuleDportMask));
    case FRA_GOTO:
    case FRA_PRIORITY:
    case FRA_SUPPRESS_PREFIXLEN:  // fib_rules_lookup() suppresses no route that refuses
    case FRA_SUPPRESS_IFGROUP:
    case FRA_TABLE:
    case FRA_FWMASK:
    case FRA_FLOW:
    case FRA_PAD:
    case FRA_PROTOCOL:
    case FRA_L3MDEV:  // see find_vrf()
    case kRuleDscp:   // see read_rule()
    case kRuleDscpMask:
    case kRuleSportMask:  // see is_in_range()
    case kRuleDportMask:
      return true;
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
  rule.is_of_vrf = host_number(attribute(attributes, FRA_L3MDEV)) != 0;
  const auto mask = static_cast<uint32_t>(host_number(attribute(attributes, FRA_FWMASK)));
  if (head.action == FR_ACT_GOTO && (head.flags & FIB_RULE_UNRESOLVED)) {
    rule.matches = false;  // it leads to a rule that is not there
    return rule;
  }
  // One that does not match decides, even if another one is not known.
  rule.matches = head.tos ? matches_tos(head.tos, packet) : std::optional(true);
  if (const Bytes dscp = attribute(attributes, kRuleDscp); !dscp.empty() && rule.matches == true)
    rule.matches = matches_dscp(dscp, attribute(attributes, kRuleDscpMask), packet);
  Attribute asked;
  for (Bytes rest = attributes; rule.matches != false && take_attribute(rest, asked);) {
    const auto matches = matches_attribute(asked, attributes, packet, head, mask);
    if (matches == false) rule.matches = false;
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

// The routes of that kind (RTN_*) in the table.
std::vector<std::byte> ask_for_routes(const AskKernel& ask, const RouteQuestion& packet,
                                      uint32_t table, uint8_t kind) {
  Message request(RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP);
  rtmsg head = {};
  head.rtm_family = packet.is_v6 ? AF_INET6 : AF_INET;
  head.rtm_type = kind;
  request.append_value(head);
  request.add_value(RTA_TABLE, table);
  return ask(packet.netns, request.bytes());
}

// Calls `take_route` with each route of the table to the packet's destination, and its attributes.
// False when the kernel does not list them all.
bool for_each_route(Bytes answer, const RouteQuestion& packet, uint32_t table,
                    const std::function<void(const rtmsg&, Bytes attributes)>& take_route) {
  return for_each_message(answer, RTM_NEWROUTE, [&](Bytes body) {
    rtmsg route = {};
    if (!take(body, route)) return;
    const Bytes attributes = after(body, NLMSG_ALIGN(sizeof(route)));
    if (host_number(attribute(attributes, RTA_TABLE)) == table &&
        has_prefix(packet.destination, attribute(attributes, RTA_DST), route.rtm_dst_len))
      take_route(route, attributes);
  });
}

struct Found {
  int bits = -1;  // of the prefix; -1: there is none
  uint32_t metric = 0;
  uint8_t tos = 0;
};

// The route of that kind with the longest prefix that has the destination. None when the kernel
// does not list them all, or one asks for more than the destination.
std::optional<Found> longest_prefix(const AskKernel& ask, const RouteQuestion& packet,
                                    uint32_t table, uint8_t kind) {
  const std::vector<std::byte> answer = ask_for_routes(ask, packet, table, kind);
  if (netlink_error(answer) == ENOENT) return Found{};  // there is no such table
  Found longest;
  bool is_known = true;
  const auto take_route = [&](const rtmsg& route, Bytes attributes) {
    if (route.rtm_type != kind) return;
    // fib_table_lookup(): such a route takes only packets of its TOS.
    if (route.rtm_tos && packet.tos && route.rtm_tos != (*packet.tos & kRouteTos)) return;
    if ((route.rtm_tos && !packet.tos) || route.rtm_src_len) is_known = false;
    if (route.rtm_dst_len <= longest.bits) return;  // of one prefix the lowest metric comes first
    longest.bits = route.rtm_dst_len;
    longest.tos = route.rtm_tos;
    longest.metric = static_cast<uint32_t>(host_number(attribute(attributes, RTA_PRIORITY)));
  };
  const bool is_all = for_each_route(answer, packet, table, take_route);
  if (!is_all || !is_known) return std::nullopt;
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
  const auto route = longest_prefix(ask, packet, rule.table, kind.route);
  if (!route || route->bits < 0) return route ? std::optional(RefusingRoute{}) : std::nullopt;
  const auto thrown = longest_prefix(ask, packet, rule.table, RTN_THROW);
  if (!thrown) return std::nullopt;
  if (thrown->bits > route->bits) return RefusingRoute{};
  return RefusingRoute{
      RefusingRoute::By::Route,
      prefix_text(packet.is_v6, packet.destination, static_cast<unsigned>(route->bits)),
      table_name(rule.table),
      route->metric,
      rule.preference,
      "",
      route->tos};
}

// fib_lookup_good_nhc() and rt6_check_neigh() pass such routes over where
// ignore_routes_with_linkdown is 1, and a dump shows them as dead for that.
RefusingRoute find_linkdown_route(const AskKernel& ask, const RouteQuestion& packet,
                                  const Rule& rule) {
  constexpr unsigned kIgnored = RTNH_F_LINKDOWN | RTNH_F_DEAD;
  int longest = -1;
  uint32_t ifindex = 0;
  const auto take_route = [&](const rtmsg& route, Bytes attributes) {
    if ((route.rtm_flags & kIgnored) != kIgnored || route.rtm_dst_len <= longest) return;
    longest = route.rtm_dst_len;
    ifindex = static_cast<uint32_t>(host_number(attribute(attributes, RTA_OIF)));
  };
  // Of a list that is cut, what is in it is true.
  (void)for_each_route(ask_for_routes(ask, packet, rule.table, RTN_UNICAST), packet, rule.table,
                       take_route);
  const auto device = ifindex ? read_device(ask, packet.netns, ifindex) : std::nullopt;
  if (!device || device->name.empty()) return {};
  RefusingRoute found = {RefusingRoute::By::Linkdown};
  found.prefix = prefix_text(packet.is_v6, packet.destination, static_cast<unsigned>(longest));
  found.table = table_name(rule.table);
  found.rule = rule.preference;
  found.device = device->name;
  return found;
}

// The route that refuses what is for the source of the packet.
std::optional<RefusingRoute> find_refusal_of_source(const AskKernel& ask, RouteQuestion packet,
                                                    int error) {
  std::swap(packet.source, packet.destination);
  packet.error = error;
  auto refusal = find_refusing_route(ask, packet);
  if (refusal && refusal->by != RefusingRoute::By::Route) refusal.reset();
  return refusal;
}

std::string_view kind_of_refusal(int error) {
  return error == EINVAL ? "blackhole" : error == EACCES ? "prohibit" : "unreachable";
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
  auto rules = kind == kKinds.end() ? std::nullopt : read_rules(ask, packet);
  if (!rules) return std::nullopt;
  uint32_t from = 0;  // what a rule of the kind goto leaves out lies before it
  for (Rule& rule : *rules) {
    if (rule.preference < from || rule.matches == false) continue;
    if (!rule.matches) return std::nullopt;
    if (rule.is_of_vrf) {
      const auto vrf = find_vrf(ask, packet.netns, packet.ifindex);
      if (!vrf) return std::nullopt;
      if (!vrf->vrf_table) continue;
      rule.table = vrf->vrf_table;
    }
    if (rule.action == FR_ACT_GOTO) from = rule.goes_to;
    if (kind->rule && rule.action == kind->rule)
      return RefusingRoute{RefusingRoute::By::Rule, "", "", 0, rule.preference};
    if (rule.action != FR_ACT_TO_TBL) continue;
    const auto found =
        kind->route ? look_up(ask, packet, rule, *kind) : find_linkdown_route(ask, packet, rule);
    if (!found || found->by != RefusingRoute::By::Nothing) return found;
  }
  return RefusingRoute{};
}

std::optional<WayBack> find_way_back(const AskKernel& ask, const RouteQuestion& packet) {
  // __fib_validate_source() also looks up with the packet's destination, mark and VRF.
  const auto rules = read_rules(ask, packet);
  const auto is_default = [](const Rule& rule) {
    return rule.preference == 0 || rule.preference == 32766 || rule.preference == 32767;
  };
  const auto is_known = [&](const Rule& rule) { return is_default(rule) || rule.is_of_vrf; };
  if (!rules || !std::ranges::all_of(*rules, is_known)) return std::nullopt;
  if (!std::ranges::all_of(*rules, is_default)) {
    const auto vrf = find_vrf(ask, packet.netns, packet.ifindex);
    if (!vrf || vrf->vrf_table) return std::nullopt;
  }
  Message request(RTM_GETROUTE, NLM_F_REQUEST);
  rtmsg head = {};
  head.rtm_family = packet.is_v6 ? AF_INET6 : AF_INET;
  head.rtm_dst_len = packet.is_v6 ? 128 : 32;
  head.rtm_flags = RTM_F_LOOKUP_TABLE | RTM_F_FIB_MATCH;
  request.append_value(head);
  request.add(RTA_DST, bytes_of(packet.source, packet.is_v6));
  const std::vector<std::byte> answer = ask(packet.netns, request.bytes());
  const int error = netlink_error(answer);
  if (error == EINVAL || error == EACCES || error == EHOSTUNREACH) {
    if (auto refusal = find_refusal_of_source(ask, packet, error))
      return WayBack{"", std::string(kind_of_refusal(error)), std::move(*refusal)};
  }
  if (error == ENETUNREACH || error == EHOSTUNREACH) return WayBack{};
  std::optional<WayBack> way;
  for_each_message(answer, RTM_NEWROUTE, [&](Bytes body) {
    rtmsg route = {};
    if (!take(body, route) || route.rtm_type != RTN_UNICAST) return;
    const Bytes attributes = after(body, NLMSG_ALIGN(sizeof(route)));
    const auto ifindex = static_cast<uint32_t>(host_number(attribute(attributes, RTA_OIF)));
    const auto device = ifindex ? read_device(ask, packet.netns, ifindex) : std::nullopt;
    if (device && !device->name.empty()) way = WayBack{device->name};
  });
  return way;
}

std::optional<bool> has_route(const AskKernel& ask, const RouteQuestion& packet) {
  Message request(RTM_GETROUTE, NLM_F_REQUEST);
  rtmsg head = {};
  head.rtm_family = packet.is_v6 ? AF_INET6 : AF_INET;
  head.rtm_dst_len = head.rtm_src_len = packet.is_v6 ? 128 : 32;
  head.rtm_tos = static_cast<uint8_t>(packet.tos.value_or(0) & ~kEcn);
  request.append_value(head);
  request.add(RTA_DST, bytes_of(packet.destination, packet.is_v6));
  request.add(RTA_SRC, bytes_of(packet.source, packet.is_v6));
  if (packet.mark) request.add_value(RTA_MARK, packet.mark);
  // rtm_getroute_parse_ip_proto() takes no others.
  if (packet.protocol == IPPROTO_TCP || packet.protocol == IPPROTO_UDP) {
    request.add_value(RTA_IP_PROTO, packet.protocol);
    if (packet.sport) request.add_value(RTA_SPORT, htons(*packet.sport));
    if (packet.dport) request.add_value(RTA_DPORT, htons(*packet.dport));
  }
  const std::vector<std::byte> answer = ask(packet.netns, request.bytes());
  const int error = netlink_error(answer);
  if (error == ENETUNREACH || error == EHOSTUNREACH || error == EACCES) return false;
  std::optional<bool> has = {};
  for_each_message(answer, RTM_NEWROUTE, [&](Bytes) { has = true; });
  return has;
}

}  // namespace pwru::kernel
