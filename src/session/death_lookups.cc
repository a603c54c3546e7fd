// SPDX-License-Identifier: Apache-2.0
#include "session/death_lookups.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "diagnose/facts.h"
#include "knowledge/cause.h"
#include "session/lookup_views.h"
#include "session/tunnel_places.h"

namespace pwru {
namespace {

using knowledge::Fact;

constexpr size_t kMostAnswers = 256;
constexpr uint64_t kFreshNs = 100'000'000;
constexpr uint64_t kProcessFreshNs = 5'000'000'000;

// The functions that end what a route refuses, what no way leads back from, and what a bridge has
// no port for.
constexpr std::string_view kRefuse = "ip_error ip6_pkt_drop ip6_pkt_discard ip6_pkt_prohibit";
constexpr std::string_view kLookBack = "ip_rcv_finish_core ip_route_input_slow";
constexpr std::string_view kRunsHooks = "nf_hook_slow nf_hook_slow_list";
constexpr std::string_view kDiscard = "dst_discard dst_discard_out dst_discard_sk";
constexpr std::string_view kForbidden = "SKB_DROP_REASON_XFRM_POLICY";
constexpr std::string_view kUdp = UDP_LOOKUP
    " udp_queue_rcv_one_skb udp_queue_rcv_skb "
    "__udp_queue_rcv_skb udpv6_queue_rcv_one_skb udpv6_queue_rcv_skb";
// Reasons for which a program that reads or accepts too slowly is to blame.
constexpr std::string_view kFull =
    "SKB_DROP_REASON_SOCKET_RCVBUFF SKB_DROP_REASON_TCP_ZEROWINDOW "
    "SKB_DROP_REASON_TCP_LISTEN_OVERFLOW";
// Qdiscs that only pass packets on to those of their classes.
constexpr std::string_view kClassful = "htb prio hfsc drr qfq ets multiq";
constexpr std::string_view kTcpLookup = "tcp_v4_rcv tcp_v6_rcv";
constexpr std::string_view kSend = "__dev_queue_xmit __dev_xmit_skb dev_queue_xmit";
constexpr std::string_view kBridge = "br_handle_frame_finish br_forward maybe_deliver";

// The function that freed the packet for itself.
std::string_view place_of(const resolve::Record& record) {
  const auto way = diagnose::behind_freeing(record.stack);
  return way.empty() ? std::string_view() : diagnose::bare(way.front());
}

// IPsec's own tunnels, where there are some, are asked after the others, and end what none takes.
const TunnelPlace* tunnel_place_of(const resolve::Record& record) {
  constexpr size_t kNearest = 4;
  const event::Tuple& tuple = record.packet.tuple;
  const std::string_view place = place_of(record);
  if (place != "xfrm_input")
    return tunnel_place(place, tuple.has_ports ? tuple.dport : uint16_t{0});
  const auto way = diagnose::behind_freeing(record.stack);
  for (const std::string_view caller : way.first(std::min(way.size(), kNearest)))
    if (const TunnelPlace* const found = tunnel_place(diagnose::bare(caller), 0)) return found;
  return nullptr;
}

template <class Numbers>
std::string words(const Numbers& numbers) {
  return fmt::format("{:02x}", fmt::join(numbers, ""));
}

}  // namespace

std::string_view DeathLookups::fact(const resolve::Record& record, Fact fact) const {
  const auto at = static_cast<size_t>(std::ranges::find(read_, fact) - read_.begin());
  return at < record.readings.size() ? record.readings[at].text : std::string_view();
}

uint64_t DeathLookups::number(const resolve::Record& record, Fact number) const {
  return diagnose::number(fact(record, number)).value_or(0);
}

std::optional<DeathLookups::Question> DeathLookups::question_about(
    const resolve::Record& record) const {
  if (!record.packet.netns) return std::nullopt;
  const std::string_view place = place_of(record);
  if (knowledge::is_in_list(place, kBridge)) return Question::Port;
  // Before 5.17 a filter of clsact may have dropped it.
  if (knowledge::is_in_list(place, kSend) && fact(record, Fact::TcEgress) != "1" &&
      qdisc_question(record).root &&
      knowledge::is_in_list(diagnose::without_quotes(fact(record, Fact::Qdisc)), kClassful))
    return Question::Queue;
  if (!record.packet.has_tuple) return std::nullopt;
  if (knowledge::is_in_list(place, kRefuse)) return Question::Refusal;
  if (tunnel_place_of(record) && record.end->text != kForbidden) return Question::Tunnel;
  if (knowledge::is_in_list(place, knowledge::kMulticastRouting)) return Question::MulticastRoute;
  if (knowledge::is_in_list(place, kDiscard)) {
    const bool is_of_ipsec =
        fact(record, Fact::RouteError) == "0" && number(record, Fact::XfrmOut) > 0;
    return is_of_ipsec ? Question::Policy : Question::Refusal;
  }
  if (knowledge::is_in_list(place, kLookBack))
    return number(record, Fact::RpFilter) > 0 || number(record, Fact::RpFilterAll) > 0
               ? std::optional(Question::WayBack)
               : std::nullopt;
  // What the hook output drops has no device yet. ip_route_me_harder() may have found no route.
  if (knowledge::is_in_list(place, kRunsHooks) && !record.packet.ifindex &&
      (!record.xt || record.xt->kind == resolve::Xt::Kind::None))
    return Question::WayTo;
  if (may_have_died_of_ipsec(record)) return Question::Policy;
  if (full_socket(record)) return Question::Owner;
  if (may_be_of_other_device(record)) return Question::ListenerDevice;
  return other_socket(record) ? std::optional(Question::Listener) : std::nullopt;
}

// A SYN for a port that is open, by its number and address.
bool DeathLookups::may_be_of_other_device(const resolve::Record& record) const {
  constexpr uint8_t kSyn = 0x02, kSynAck = 0x12;
  const event::Tuple& tuple = record.packet.tuple;
  return ask_.sockets && record.ports && record.ports->takes_packet != false &&
         tuple.l4_proto == IPPROTO_TCP && (tuple.tcp_flags & kSynAck) == kSyn &&
         knowledge::is_in_list(place_of(record), kTcpLookup);
}

bool DeathLookups::may_have_died_of_ipsec(const resolve::Record& record) const {
  const std::string_view place = place_of(record);
  // Before 5.17 there is no reason, and these are read in its place.
  if (record.end->is_caller)
    return number(record, knowledge::is_in_list(place, knowledge::kForwards) ? Fact::XfrmForward
                                                                             : Fact::XfrmIn) > 0;
  if (record.end->text == kForbidden) return true;
  // ip6_forward() gives none for a policy, up to 7.2.
  return place == "ip6_forward" && record.end->kind == resolve::End::Kind::Freed &&
         fact(record, Fact::PacketType) == "0";
}

std::optional<DeathLookups::Socket> DeathLookups::full_socket(const resolve::Record& record) const {
  const bool is_full = record.end->kind == resolve::End::Kind::Refused ||
                       knowledge::is_in_list(record.end->text, kFull);
  const uint64_t socket = number(record, Fact::SocketInode);
  // What is no whole socket has no inode: TCP_TIME_WAIT, TCP_NEW_SYN_RECV.
  if (!is_full || !socket || knowledge::is_in_list(fact(record, Fact::SocketState), "6 12"))
    return std::nullopt;
  return Socket{record.packet.netns, socket};
}

std::optional<DeathLookups::Socket> DeathLookups::other_socket(const resolve::Record& record) {
  const auto& ports = record.ports;
  if (!ports || !ports->only_inode || ports->takes_packet == true) return std::nullopt;
  return Socket{ports->only_netns, ports->only_inode};
}

// "nginx (4711)"; "" when nobody is found.
std::string DeathLookups::process_of(const Socket& socket) const {
  const auto owner = ask_.owner(socket.first, socket.second);
  if (!owner) return "";
  const std::string_view comm(owner->comm, ::strnlen(owner->comm, sizeof(owner->comm)));
  return fmt::format("{} ({})", comm, owner->pid);
}

std::optional<kernel::IpsecAnswer> DeathLookups::find_policy(const resolve::Record& record) const {
  using enum kernel::IpsecDirection;
  const kernel::RouteQuestion packet = route_question(record);
  const std::string_view place = place_of(record);
  const auto direction = knowledge::is_in_list(place, kDiscard) ? Out : In;
  kernel::IpsecAnswer found =
      knowledge::is_in_list(place, knowledge::kForwards)
          ? kernel::find_forward_policy(ask_.policies, packet, fact(record, Fact::Protected) == "1")
          : kernel::find_ipsec_policy(ask_.policies, packet, direction);
  return found.is_known ? std::optional(std::move(found)) : std::nullopt;
}

kernel::RouteQuestion DeathLookups::route_question(const resolve::Record& record) const {
  const resolve::Packet& packet = record.packet;
  const event::Tuple& tuple = packet.tuple;
  kernel::RouteQuestion question;
  question.netns = packet.netns;
  question.is_v6 = tuple.is_v6;
  std::copy(std::begin(tuple.saddr), std::end(tuple.saddr), question.source.begin());
  std::copy(std::begin(tuple.daddr), std::end(tuple.daddr), question.destination.begin());
  question.device = packet.ifname.text();
  question.ifindex = packet.ifindex;
  question.mark = packet.mark;
  question.protocol = tuple.l4_proto;
  if (tuple.has_ports) {
    question.sport = tuple.sport;
    question.dport = tuple.dport;
  }
  if (const auto head = diagnose::number(fact(record, Fact::IpHead))) {
    const uint64_t version = *head >> 12;
    if (version == (tuple.is_v6 ? 6 : 4))
      question.tos = static_cast<uint8_t>(tuple.is_v6 ? *head >> 4 : *head);
  }
  const auto error = diagnose::number(diagnose::without_sign(fact(record, Fact::RouteError)));
  question.error = static_cast<int>(error.value_or(0));
  return question;
}

std::optional<kernel::BridgeQuestion> DeathLookups::bridge_question(
    const resolve::Record& record) const {
  kernel::BridgeQuestion question;
  question.netns = record.packet.netns;
  question.ifindex = record.packet.ifindex;
  const std::string mac(fact(record, Fact::FrameMac));
  auto& m = question.mac;
  if (std::sscanf(mac.c_str(), "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &m[0], &m[1], &m[2], &m[3], &m[4],
                  &m[5]) != static_cast<int>(m.size()))
    return std::nullopt;
  // br_allowed_ingress(): without a filter all addresses are of VLAN 0.
  if (fact(record, Fact::BridgeVlans) == "1")
    question.vlan = diagnose::vlan_id(fact(record, Fact::Vlan)).value_or(0);
  return question;
}

kernel::TunnelQuestion DeathLookups::tunnel_question(const resolve::Record& record) const {
  const kernel::RouteQuestion packet = route_question(record);
  const TunnelPlace& place = *tunnel_place_of(record);
  kernel::TunnelQuestion question;
  question.netns = packet.netns;
  question.is_v6 = packet.is_v6;
  question.source = packet.source;
  question.destination = packet.destination;
  question.port = packet.dport.value_or(0);
  question.vni = static_cast<uint32_t>(number(record, Fact::Vni));
  const auto kinds = packet.is_v6 && !place.kinds_of_v6.empty() ? place.kinds_of_v6 : place.kinds;
  question.kinds.assign(kinds.begin(), kinds.end());
  return question;
}

kernel::QdiscQuestion DeathLookups::qdisc_question(const resolve::Record& record) const {
  const uint64_t root = number(record, Fact::QdiscHandle);
  return {record.packet.netns, record.packet.ifindex, static_cast<uint16_t>(root)};
}

DeathLookups::Answer DeathLookups::ask(const resolve::Record& record, Question question) const {
  Answer answer;
  switch (question) {
    case Question::Refusal:
      answer.refusal = kernel::find_refusing_route(ask_.routes, route_question(record));
      break;
    case Question::WayBack:
      answer.way_back = kernel::find_way_back(ask_.routes, route_question(record));
      break;
    case Question::WayTo:
      answer.has_route = kernel::has_route(ask_.routes, route_question(record));
      break;
    case Question::Port:
      if (const auto asked = bridge_question(record))
        answer.port = kernel::find_bridge_port(ask_.routes, *asked);
      break;
    case Question::Queue:
      answer.queue = kernel::find_dropping_qdisc(ask_.routes, qdisc_question(record));
      break;
    case Question::Policy:
      answer.policy = find_policy(record);
      break;
    case Question::Original:
      answer.original = kernel::find_original_tuple(ask_.conntrack, route_question(record));
      break;
    case Question::Address:
      answer.own_address = kernel::find_own_address(ask_.routes, route_question(record));
      break;
    case Question::Tunnel:
      answer.tunnel = kernel::find_tunnel(ask_.routes, tunnel_question(record));
      break;
    case Question::MulticastRoute:
      answer.multicast_route = kernel::find_multicast_route(
          ask_.routes, route_question(record), static_cast<unsigned>(number(record, Fact::Ttl)));
      break;
    case Question::Owner:
      answer.process = process_of(*full_socket(record));
      break;
    case Question::Listener:
      answer.process = process_of(*other_socket(record));
      break;
    case Question::ListenerDevice:
      answer.listener_device =
          kernel::find_device_of_listener(ask_.sockets, ask_.routes, route_question(record));
      break;
  }
  return answer;
}

// All that an answer depends on.
std::string DeathLookups::key(const resolve::Record& record, Question question) const {
  const resolve::Packet& packet = record.packet;
  const event::Tuple& tuple = packet.tuple;
  switch (question) {
    case Question::Refusal:
    case Question::WayTo:
    case Question::Policy:
    case Question::Original:
      return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {}", static_cast<int>(question),
                         place_of(record), packet.netns, packet.ifname.text(), packet.mark,
                         tuple.is_v6, words(tuple.saddr), words(tuple.daddr), tuple.l4_proto,
                         tuple.sport, tuple.dport, fact(record, Fact::RouteError),
                         fact(record, Fact::Protected), fact(record, Fact::IpHead));
    case Question::WayBack:
      return fmt::format("back {} {}", packet.netns, words(tuple.saddr));
    case Question::Address:
      return fmt::format("address {} {} {}", packet.netns, packet.ifindex, words(tuple.daddr));
    case Question::Tunnel:
      return fmt::format("tunnel {} {} {} {} {} {} {}", place_of(record), packet.netns,
                         words(tuple.saddr), words(tuple.daddr), tuple.l4_proto, tuple.dport,
                         fact(record, Fact::Vni));
    case Question::MulticastRoute:
      return fmt::format("multicast {} {} {} {} {}", packet.netns, packet.ifindex,
                         words(tuple.saddr), words(tuple.daddr), fact(record, Fact::Ttl));
    case Question::Port:
      return fmt::format("port {} {} {} {}", packet.netns, packet.ifindex,
                         fact(record, Fact::FrameMac), fact(record, Fact::Vlan));
    case Question::Queue:
      return fmt::format("queue {} {} {}", packet.netns, packet.ifindex,
                         fact(record, Fact::QdiscHandle));
    case Question::Owner:
      return fmt::format("socket {}", full_socket(record)->second);
    case Question::Listener:
      return fmt::format("socket {}", other_socket(record)->second);
    case Question::ListenerDevice:
      return fmt::format("device {} {} {} {}", packet.netns, packet.ifindex, words(tuple.daddr),
                         tuple.dport);
  }
  return "";
}

// udp_rcv() takes the entry off the packet before it looks for a socket: nf_reset_ct().
bool DeathLookups::may_hide_nat(const resolve::Record& record) const {
  return ask_.conntrack && record.packet.netns && record.packet.has_tuple &&
         record.packet.tuple.l4_proto == IPPROTO_UDP && fact(record, Fact::Conntrack) == "0" &&
         knowledge::is_in_list(place_of(record), kUdp);
}

// Where no route was found, or only one that leads elsewhere: for an address that is not in use,
// or in another VRF, there is no local route.
bool DeathLookups::may_be_for_own(const resolve::Record& record) const {
  if (!record.packet.netns || !record.packet.has_tuple) return false;
  const std::string_view place = place_of(record);
  if (record.packet.tuple.is_v6 && knowledge::is_in_list(place, knowledge::kForwardsUnused))
    return true;
  const std::string_view error = diagnose::without_sign(fact(record, Fact::RouteError));
  return knowledge::is_in_list(place, kRefuse) && knowledge::is_in_list(error, "101 113");
}

const DeathLookups::Answer* DeathLookups::answer_to(const resolve::Record& record,
                                                    Question question) {
  const bool searches = question == Question::Owner || question == Question::Listener;
  kernel::AskingTime& asking = searches ? searching_ : asking_;
  const uint64_t now_ns = clock_();
  Answer& known = answers_[key(record, question)];
  if (now_ns < known.valid_until_ns) return &known;
  if (!asking.may_ask(now_ns, record.ts_ns)) return nullptr;
  known = ask(record, question);
  const uint64_t end_ns = clock_();
  asking.add(end_ns - now_ns);
  known.valid_until_ns = end_ns + (searches ? kProcessFreshNs : kFreshNs);
  return &known;
}

std::optional<resolve::Lookups> DeathLookups::look_up(const resolve::Record& record) {
  const auto question = question_about(record);
  const bool asks_conntrack = may_hide_nat(record);
  const bool asks_address = may_be_for_own(record);
  if (!question && !asks_conntrack && !asks_address) return std::nullopt;
  if (answers_.size() >= kMostAnswers) answers_.clear();
  resolve::Lookups lookups;
  if (const Answer* const answer = question ? answer_to(record, *question) : nullptr) {
    if (answer->refusal) lookups.refusal = view_of(*answer->refusal);
    lookups.has_route = answer->has_route;
    if (answer->way_back) lookups.way_back = view_of(*answer->way_back);
    if (answer->tunnel) lookups.tunnel = view_of(*answer->tunnel);
    if (answer->multicast_route) lookups.multicast_route = view_of(*answer->multicast_route);
    if (answer->port) lookups.port = view_of(*answer->port);
    if (answer->policy) lookups.policy = view_of(*answer->policy);
    if (const auto& queue = answer->queue)
      lookups.queue = {queue->kind, queue->parent, queue->len_packets};
    if (answer->listener_device) lookups.listener_device = *answer->listener_device;
    (*question == Question::Owner ? lookups.owner : lookups.listener) = answer->process;
  }
  if (const Answer* const answer = asks_conntrack ? answer_to(record, Question::Original) : nullptr;
      answer && answer->original)
    lookups.original = {answer->original->source, answer->original->destination,
                        answer->original->sport, answer->original->dport};
  if (const Answer* const answer = asks_address ? answer_to(record, Question::Address) : nullptr;
      answer && answer->own_address)
    lookups.own_address = view_of(*answer->own_address);
  return lookups;
}

}  // namespace pwru
