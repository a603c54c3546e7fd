// SPDX-License-Identifier: Apache-2.0
#include "session/death_questions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdio>

#include "diagnose/facts.h"
#include "knowledge/cause.h"
#include "session/tunnel_places.h"

namespace pwru {
namespace {

using knowledge::Fact;

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
constexpr std::string_view kSend = "__dev_queue_xmit __dev_xmit_skb dev_queue_xmit";
constexpr std::string_view kBridge = "br_handle_frame_finish br_forward maybe_deliver";

// The function that freed the packet for itself.
std::string_view place_of(const resolve::Record& record) {
  const auto way = diagnose::behind_freeing(record.stack);
  return way.empty() ? std::string_view() : diagnose::bare(way.front());
}

// IPsec's own tunnels, where there are some, are asked after the others, and end what none takes.
const TunnelPlace* tunnel_place_of(const resolve::Record& record, std::string_view place) {
  constexpr size_t kNearest = 4;
  const event::Tuple& tuple = record.packet.tuple;
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

DeathQuestions::DeathQuestions(const resolve::Record& record, std::span<const Fact> read)
    : record_(record), read_(read), place_(place_of(record)) {}

std::string_view DeathQuestions::fact(Fact fact) const {
  const auto at = static_cast<size_t>(std::ranges::find(read_, fact) - read_.begin());
  return at < record_.readings.size() ? record_.readings[at].text : std::string_view();
}

uint64_t DeathQuestions::number(Fact number) const {
  return diagnose::number(fact(number)).value_or(0);
}

std::optional<Question> DeathQuestions::question(bool may_ask_sockets) const {
  if (!record_.packet.netns) return std::nullopt;
  if (knowledge::is_in_list(place_, kBridge)) return Question::Port;
  // Before 5.17 a filter of clsact may have dropped it.
  if (knowledge::is_in_list(place_, kSend) && fact(Fact::TcEgress) != "1" && qdisc().root &&
      knowledge::is_in_list(diagnose::without_quotes(fact(Fact::Qdisc)), kClassful))
    return Question::Queue;
  if (!record_.packet.has_tuple) return std::nullopt;
  if (knowledge::is_in_list(place_, kRefuse)) return Question::Refusal;
  if (tunnel_place_of(record_, place_) && record_.end->text != kForbidden) return Question::Tunnel;
  if (place_ == "xfrm_input" && record_.packet.tuple.has_spi) return Question::Association;
  if (knowledge::is_in_list(place_, knowledge::kMulticastRouting)) return Question::MulticastRoute;
  if (knowledge::is_in_list(place_, kDiscard)) {
    const bool is_of_ipsec = fact(Fact::RouteError) == "0" && number(Fact::XfrmOut) > 0;
    return is_of_ipsec ? Question::Policy : Question::Refusal;
  }
  if (knowledge::is_in_list(place_, kLookBack))
    return number(Fact::RpFilter) > 0 || number(Fact::RpFilterAll) > 0
               ? std::optional(Question::WayBack)
               : std::nullopt;
  // What the hook output drops has no device yet. ip_route_me_harder() may have found no route.
  if (knowledge::is_in_list(place_, kRunsHooks) && !record_.packet.ifindex &&
      (!record_.xt || record_.xt->kind == resolve::Xt::Kind::None))
    return Question::WayTo;
  if (may_have_died_of_ipsec()) return Question::Policy;
  if (full_socket()) return Question::Owner;
  if (may_ask_sockets && may_be_of_other_device()) return Question::ListenerDevice;
  return other_socket() ? std::optional(Question::Listener) : std::nullopt;
}

// A SYN for a port that is open, by its number and address.
bool DeathQuestions::may_be_of_other_device() const {
  return record_.ports && record_.ports->takes_packet != false &&
         event::is_syn(record_.packet.tuple) && knowledge::is_in_list(place_, TCP_LOOKUP);
}

bool DeathQuestions::may_have_died_of_ipsec() const {
  // Before 5.17 there is no reason, and these are read in its place.
  if (record_.end->is_caller)
    return number(knowledge::is_in_list(place_, knowledge::kForwards) ? Fact::XfrmForward
                                                                      : Fact::XfrmIn) > 0;
  if (record_.end->text == kForbidden) return true;
  // ip6_forward() gives none for a policy, up to 7.2.
  return place_ == "ip6_forward" && record_.end->kind == resolve::End::Kind::Freed &&
         fact(Fact::PacketType) == "0";
}

std::optional<DeathQuestions::Socket> DeathQuestions::full_socket() const {
  const bool is_full = record_.end->kind == resolve::End::Kind::Refused ||
                       knowledge::is_in_list(record_.end->text, kFull);
  const uint64_t socket = number(Fact::SocketInode);
  // What is no whole socket has no inode: TCP_TIME_WAIT, TCP_NEW_SYN_RECV.
  if (!is_full || !socket || knowledge::is_in_list(fact(Fact::SocketState), "6 12"))
    return std::nullopt;
  return Socket{record_.packet.netns, socket};
}

std::optional<DeathQuestions::Socket> DeathQuestions::other_socket() const {
  const auto& ports = record_.ports;
  if (!ports || !ports->only_inode || ports->takes_packet == true) return std::nullopt;
  return Socket{ports->only_netns, ports->only_inode};
}

bool DeathQuestions::is_forwarded() const {
  return knowledge::is_in_list(place_, knowledge::kForwards);
}

bool DeathQuestions::is_discarded() const { return knowledge::is_in_list(place_, kDiscard); }

kernel::RouteQuestion DeathQuestions::route() const {
  const resolve::Packet& packet = record_.packet;
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
  if (const auto head = diagnose::number(fact(Fact::IpHead))) {
    const uint64_t version = *head >> 12;
    if (version == (tuple.is_v6 ? 6 : 4))
      question.tos = static_cast<uint8_t>(tuple.is_v6 ? *head >> 4 : *head);
  }
  const auto error = diagnose::number(diagnose::without_sign(fact(Fact::RouteError)));
  question.error = static_cast<int>(error.value_or(0));
  return question;
}

std::optional<kernel::BridgeQuestion> DeathQuestions::bridge() const {
  kernel::BridgeQuestion question;
  question.netns = record_.packet.netns;
  question.ifindex = record_.packet.ifindex;
  const std::string mac(fact(Fact::FrameMac));
  auto& m = question.mac;
  if (std::sscanf(mac.c_str(), "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &m[0], &m[1], &m[2], &m[3], &m[4],
                  &m[5]) != static_cast<int>(m.size()))
    return std::nullopt;
  // br_allowed_ingress(): without a filter all addresses are of VLAN 0.
  if (fact(Fact::BridgeVlans) == "1")
    question.vlan = diagnose::vlan_id(fact(Fact::Vlan)).value_or(0);
  return question;
}

kernel::TunnelQuestion DeathQuestions::tunnel() const {
  const kernel::RouteQuestion packet = route();
  const TunnelPlace& place = *tunnel_place_of(record_, place_);
  kernel::TunnelQuestion question;
  question.netns = packet.netns;
  question.is_v6 = packet.is_v6;
  question.source = packet.source;
  question.destination = packet.destination;
  question.port = packet.dport.value_or(0);
  question.vni = static_cast<uint32_t>(number(Fact::Vni));
  if (number(Fact::GreFlags) & diagnose::kGreHasKey)
    question.key = static_cast<uint32_t>(number(Fact::GreKeyWord));
  const auto kinds = packet.is_v6 && !place.kinds_of_v6.empty() ? place.kinds_of_v6 : place.kinds;
  question.kinds.assign(kinds.begin(), kinds.end());
  return question;
}

kernel::QdiscQuestion DeathQuestions::qdisc() const {
  const uint64_t root = number(Fact::QdiscHandle);
  return {record_.packet.netns, record_.packet.ifindex, static_cast<uint16_t>(root)};
}

// All that an answer depends on.
std::string DeathQuestions::key(Question question) const {
  const resolve::Packet& packet = record_.packet;
  const event::Tuple& tuple = packet.tuple;
  switch (question) {
    case Question::Refusal:
    case Question::WayTo:
    case Question::Policy:
    case Question::Original:
      return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {}", static_cast<int>(question),
                         place_, packet.netns, packet.ifname.text(), packet.mark, tuple.is_v6,
                         words(tuple.saddr), words(tuple.daddr), tuple.l4_proto, tuple.sport,
                         tuple.dport, fact(Fact::RouteError), fact(Fact::Protected),
                         fact(Fact::IpHead));
    case Question::Association:
      return fmt::format("association {} {} {} {}", packet.netns, words(tuple.daddr),
                         tuple.l4_proto, tuple.spi);
    case Question::WayBack:
      return fmt::format("back {} {}", packet.netns, words(tuple.saddr));
    case Question::Address:
      return fmt::format("address {} {} {}", packet.netns, packet.ifindex, words(tuple.daddr));
    case Question::Tunnel:
      return fmt::format("tunnel {} {} {} {} {} {} {} {} {}", place_, packet.netns,
                         words(tuple.saddr), words(tuple.daddr), tuple.l4_proto, tuple.dport,
                         fact(Fact::Vni), fact(Fact::GreFlags), fact(Fact::GreKeyWord));
    case Question::MulticastRoute:
      return fmt::format("multicast {} {} {} {} {}", packet.netns, packet.ifindex,
                         words(tuple.saddr), words(tuple.daddr), fact(Fact::Ttl));
    case Question::Port:
      return fmt::format("port {} {} {} {}", packet.netns, packet.ifindex, fact(Fact::FrameMac),
                         fact(Fact::Vlan));
    case Question::Queue:
      return fmt::format("queue {} {} {}", packet.netns, packet.ifindex, fact(Fact::QdiscHandle));
    case Question::Owner:
      return fmt::format("socket {}", full_socket()->second);
    case Question::Listener:
      return fmt::format("socket {}", other_socket()->second);
    case Question::ListenerDevice:
      return fmt::format("device {} {} {} {}", packet.netns, packet.ifindex, words(tuple.daddr),
                         tuple.dport);
  }
  return "";
}

// udp_rcv() takes the entry off the packet before it looks for a socket: nf_reset_ct().
bool DeathQuestions::may_hide_nat() const {
  return record_.packet.netns && record_.packet.has_tuple &&
         record_.packet.tuple.l4_proto == IPPROTO_UDP && fact(Fact::Conntrack) == "0" &&
         knowledge::is_in_list(place_, kUdp);
}

// Where no route was found, or only one that leads elsewhere: for an address that is not in use,
// or in another VRF, there is no local route.
bool DeathQuestions::may_be_for_own() const {
  if (!record_.packet.netns || !record_.packet.has_tuple) return false;
  if (record_.packet.tuple.is_v6 && knowledge::is_in_list(place_, knowledge::kForwardsUnused))
    return true;
  const std::string_view error = diagnose::without_sign(fact(Fact::RouteError));
  return knowledge::is_in_list(place_, kRefuse) && knowledge::is_in_list(error, "101 113");
}

}  // namespace pwru
