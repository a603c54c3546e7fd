// SPDX-License-Identifier: Apache-2.0
#include "diagnose/diagnoser.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_ether.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "diagnose/address.h"
#include "diagnose/shell.h"
#include "event/tuple_text.h"
#include "knowledge/inferred.h"

namespace pwru::diagnose {
namespace {

using knowledge::Cause;
using knowledge::Certainty;
using knowledge::Condition;
using knowledge::Fact;

constexpr size_t kMostCallers = 8;
constexpr uint64_t kLeastBuffer = 2304;    // SOCK_MIN_RCVBUF: no receive buffer is smaller
constexpr std::string_view kUnread = "?";  // see expr::ValueText::text()

// "nft_do_chain[nf_tables]+0x46f" and "ip_rcv_finish_core.constprop.0+0x12" without what follows
// the name: the compiler and the linker choose it.
std::string_view bare(std::string_view symbol) {
  return symbol.substr(0, symbol.find_first_of("+[.("));
}

// The subsystems of the kernel have prefixes of their own, which are part of the names.
std::string_view without_prefix(std::string_view reason) {
  constexpr std::string_view kPrefix = "SKB_DROP_REASON_";
  if (reason.starts_with(kPrefix)) reason.remove_prefix(kPrefix.size());
  return reason;
}

// Since 5.17 what frees takes a reason, which may be NOT_SPECIFIED.
bool has_reasons(const resolve::Record& record) {
  return !record.stack.empty() &&
         bare(record.stack.front()).find("reason") != std::string_view::npos;
}

std::string_view protocol_name(uint8_t protocol, std::string& number) {
  switch (protocol) {
    case IPPROTO_TCP:
      return "tcp";
    case IPPROTO_UDP:
      return "udp";
    case IPPROTO_ICMP:
      return "icmp";
    case IPPROTO_ICMPV6:
      return "icmp6";
  }
  return number = fmt::to_string(protocol);
}

std::string flags_text(uint8_t flags) {
  std::array<char, 40> text;  // at most 31 characters
  return {text.data(), event::append_tcp_flags(text.data(), flags)};
}

// The hook of netfilter that a function of the stack calls. NF_HOOK() is inlined into it.
std::string_view hook_of(const std::vector<std::string>& callers) {
  struct Row {
    std::string_view callers, hook;
  };
  constexpr std::array kHooks = std::to_array<Row>({
      {"ip_local_deliver ip6_input ip6_input_finish ip_sublist_rcv_finish", "input"},
      {"ip_rcv ipv6_rcv ip_sublist_rcv ip6_sublist_rcv ip_list_rcv ipv6_list_rcv", "prerouting"},
      {"ip_forward ip6_forward ipmr_queue_xmit ipmr_queue_fwd_xmit ip6mr_forward2", "forward"},
      {"__ip_local_out __ip6_local_out ip_local_out ip6_local_out ip6_xmit ip6_send_skb "
       "raw_sendmsg rawv6_sendmsg raw_send_hdrinc ndisc_send_skb mld_sendpack",
       "output"},
      {"ip_output ip6_output ip_mc_output ip6_finish_output", "postrouting"},
      // br_netfilter calls the hooks of IP for the packets of a bridge.
      {"br_nf_pre_routing br_nf_pre_routing_ipv6",
       "prerouting of IP, called by the bridge (bridge-nf-call-iptables)"},
      {"br_nf_forward_ip br_nf_forward",
       "forward of IP, called by the bridge (bridge-nf-call-iptables)"},
      {"br_nf_post_routing", "postrouting of IP, called by the bridge (bridge-nf-call-iptables)"},
      {"__netif_receive_skb_core nf_ingress nf_hook_ingress", "ingress"},
      {"__dev_queue_xmit nf_hook_egress", "egress"},
      {"br_handle_frame", "bridge prerouting"},
      {"br_handle_frame_finish br_pass_frame_up", "bridge input"},
      {"br_forward __br_forward", "bridge forward"},
      {"br_forward_finish", "bridge postrouting"},
      {"arp_rcv", "arp input"},
      {"arp_xmit arp_send_dst", "arp output"},
  });
  for (const std::string& caller : callers)
    for (const Row& row : kHooks)
      if (knowledge::is_in_list(caller, row.callers)) return row.hook;
  return "";
}

// Where the verdict of a hook is carried out of a packet that came back from NFQUEUE.
constexpr std::string_view kBehindQueue = "nf_reinject nfqnl_reinject";

// Whether hook_of() names one of these chains, also for IP that the bridge has called.
bool is_hook(std::string_view hook, std::string_view chains) {
  std::string name(hook.substr(0, hook.find(' ')));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return knowledge::is_in_list(name, chains);
}

std::string_view verdict_name(resolve::Xt::Kind kind) {
  constexpr std::array<std::string_view, 4> kNames = {"", "drop", "reject", "policy"};
  return kNames[static_cast<size_t>(kind)];
}

std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "10.1.0.2" of a number in the byte order of the host; "" of none.
std::string ipv4_text(std::string_view text) {
  const auto address = number(text);
  if (!address) return "";
  const uint32_t bytes = htonl(static_cast<uint32_t>(*address));
  return event::address_text(reinterpret_cast<const uint8_t*>(&bytes), false);
}

// "10.1.0.2:4711->10.1.0.1:80"; without ports where the packet has none.
std::string ends_text(const event::Tuple& tuple, std::string_view source, std::string_view sport,
                      std::string_view destination, std::string_view dport) {
  if (!tuple.has_ports) return fmt::format("{}->{}", source, destination);
  if (tuple.is_v6) return fmt::format("[{}]:{}->[{}]:{}", source, sport, destination, dport);
  return fmt::format("{}:{}->{}:{}", source, sport, destination, dport);
}

// An errno is negative on some routes, positive on others.
std::string_view without_sign(std::string_view text) {
  return text.starts_with('-') ? text.substr(1) : text;
}

std::string_view without_quotes(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    return text.substr(1, text.size() - 2);
  return text;
}

// A name as nft(8) can write it. The kernel takes any bytes, and nft reads all its arguments as one
// script: `filter INPUT; flush ruleset` would be one.
bool is_nft_name(std::string_view name) {
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  const auto may_follow = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_-./").find(c) != std::string_view::npos;
  };
  return !name.empty() && (is_letter(name.front()) || name.front() == '_') &&
         std::all_of(name.begin(), name.end(), may_follow);
}

std::optional<Fact> fact_of_name(std::string_view name) {
  for (const knowledge::FactRow& row : knowledge::facts())
    if (row.name == name) return row.id;
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Certainty certainty) {
  constexpr std::array<std::string_view, 3> kNames = {"certain", "likely", "possible"};
  return kNames[static_cast<size_t>(certainty)];
}

const Diagnosis& Diagnoser::diagnose(const resolve::Record& record) {
  diagnosis_ = {};
  if (record.end && record.end->kind == resolve::End::Kind::Consumed) {
    diagnosis_.kind = Kind::Harmless;
    return diagnosis_;
  }
  set_place(record);
  before_nat_.clear();
  set_facts(record);
  if (is_xdp_drop(record)) set_program(record);
  reason_.clear();
  const bool is_drop = record.end && record.end->kind == resolve::End::Kind::Dropped;
  if (is_drop) reason_ = without_prefix(record.end->text);
  is_unspecified_ = !is_drop && has_reasons(record);
  diagnosis_.reason = reason_;
  if (record.end && record.end->kind == resolve::End::Kind::Refused) reason_ = knowledge::kRefused;
  diagnosis_.place = place_;
  surest_ = Certainty::Certain;
  if (record.end && record.end->is_caller) infer_reason();
  const Cause* const cause = find();
  if (cause && cause->is_harmless()) {
    diagnosis_.kind = Kind::Harmless;
    diagnosis_.cause = cause->id;
  } else if (cause)
    tell(*cause);
  else if (is_drop)
    tell_reason();
  if (diagnosis_.kind == Kind::Died) diagnosis_.before_nat = before_nat_;
  return diagnosis_;
}

bool is_xdp_drop(const resolve::Record& record) {
  return record.type == PWRU_EVENT_XDP_EXIT && record.verdict && record.verdict->is_drop;
}

void Diagnoser::infer_reason() {
  const auto inferences = knowledge::inferences();
  const auto found =
      std::ranges::find_if(inferences, [this](const knowledge::Inference& inference) {
        return knowledge::is_in_list(place_, inference.places) && hold(inference.when);
      });
  if (found == inferences.end()) return;
  reason_ = found->reason;
  surest_ = found->certainty;
}

// No function frees such a packet: the driver takes its buffer back. So the verdict is the place.
void Diagnoser::set_program(const resolve::Record& record) {
  // bpf_warn_invalid_xdp_action(): what is no verdict is XDP_ABORTED.
  place_ = record.verdict->name.empty() ? "XDP_ABORTED" : record.verdict->name;
  set(Fact::XdpProgram) = record.function.substr(0, record.function.rfind('('));
}

// The functions behind what is probed: first those that free for others, then the place.
void Diagnoser::set_place(const resolve::Record& record) {
  const auto is_freeing = [](std::string_view symbol) {
    return knowledge::is_freeing(bare(symbol));
  };
  const auto& stack = record.stack;
  const auto place = std::find_if_not(stack.begin(), stack.end(), is_freeing);
  diagnosis_.way = stack.subspan(static_cast<size_t>(place - stack.begin()));
  place_.clear();
  callers_.clear();
  if (!diagnosis_.way.empty()) {
    place_ = bare(diagnosis_.way.front());
    const auto callers = diagnosis_.way.subspan(1);
    for (const std::string_view caller : callers.first(std::min(callers.size(), kMostCallers)))
      callers_.emplace_back(bare(caller));
  } else if (!is_freeing(record.caller)) {  // without a stack there is the caller still
    place_ = bare(record.caller);
  }
}

void Diagnoser::set_facts(const resolve::Record& record) {
  for (std::string& fact : facts_) fact.clear();
  const size_t count = std::min(read_.size(), record.readings.size());
  for (size_t i = 0; i < count; i++) {
    const std::string_view text = without_quotes(record.readings[i].text);
    if (text != kUnread) set(read_[i]) = text;
  }
  set(Fact::RouteError) = std::string(without_sign(fact(Fact::RouteError)));

  const resolve::Packet& packet = record.packet;
  set(Fact::Length) = fmt::to_string(packet.len_bytes);
  set(Fact::Device) = packet.ifname.text();
  if (packet.netns) set(Fact::Netns) = fmt::to_string(packet.netns);
  set(Fact::EtherType) = fmt::format("{:#06x}", packet.proto);
  set(Fact::Hook) = hook_of(callers_);
  if (record.nft && is_of_nft(*record.nft)) set_nft(*record.nft);
  if (record.xt) set_xt(*record.xt);
  if (!packet.has_tuple) return;
  const event::Tuple& tuple = packet.tuple;
  std::string protocol;
  set(Fact::Source) = event::address_text(tuple.saddr, tuple.is_v6);
  set(Fact::Destination) = event::address_text(tuple.daddr, tuple.is_v6);
  set(Fact::SourceKind) = address_kind(tuple.saddr, tuple.is_v6);
  set(Fact::DestinationKind) = address_kind(tuple.daddr, tuple.is_v6);
  set(Fact::Protocol) = protocol_name(tuple.l4_proto, protocol);
  if (tuple.has_ports) set(Fact::Port) = fmt::to_string(tuple.dport);
  if (tuple.l4_proto == IPPROTO_TCP) set(Fact::TcpFlags) = flags_text(tuple.tcp_flags);

  if (record.ports) set_ports(*record.ports);
  conclude_of_socket();
  conclude_of_nat(tuple);
  conclude_of_filters();
  set(Fact::NextHop) = next_hop(tuple.is_v6);
}

// What is no whole socket has none of the facts (TIME_WAIT and NEW_SYN_RECV), and only one of TCP
// has the window and the queues of a listener.
void Diagnoser::conclude_of_socket() {
  const bool is_whole = !knowledge::is_in_list(fact(Fact::SocketState), "6 12");
  if (!is_whole || fact(Fact::Protocol) != "tcp")
    forget({Fact::ReceiveNext, Fact::ReceiveEnd, Fact::AcceptQueue, Fact::AcceptLimit,
            Fact::SynQueue, Fact::SynLimit, Fact::SynCookies});
  if (!is_whole)
    forget({Fact::SocketState, Fact::BufferUsed, Fact::BufferLimit, Fact::SocketCgroup,
            Fact::CgroupIngress, Fact::CgroupIngressId, Fact::CgroupIngressOnly,
            Fact::HasCgroupIngress, Fact::HasSocketFilter, Fact::SocketFilterId});
  const auto next = number(fact(Fact::ReceiveNext)), begin = number(fact(Fact::TcpSequence)),
             bytes = number(fact(Fact::TcpSpace));
  if (!next || !begin || !bytes) return;
  // Sequence numbers go round.
  const auto ahead = static_cast<int32_t>(static_cast<uint32_t>(*begin + *bytes - *next));
  set(Fact::TcpData) = ahead <= 0 ? "old" : "new";
}

// Only filters of that kind begin with what was read.
void Diagnoser::conclude_of_filters() {
  if (fact(Fact::FilterIngress) != "bpf")
    forget({Fact::ClsBpfIngress, Fact::ClsBpfIngressId, Fact::ClsBpfIngressOnly});
  if (fact(Fact::FilterEgress) != "bpf")
    forget({Fact::ClsBpfEgress, Fact::ClsBpfEgressId, Fact::ClsBpfEgressOnly});
}

// How the packet was before NAT changed it, when it goes the way that the connection began.
void Diagnoser::conclude_of_nat(const event::Tuple& tuple) {
  before_nat_ = tuple_before_nat(tuple);
  const std::string now = ends_text(tuple, fact(Fact::Source), fmt::to_string(tuple.sport),
                                    fact(Fact::Destination), fmt::to_string(tuple.dport));
  if (before_nat_ == now) before_nat_.clear();
  if (before_nat_.empty())
    forget({Fact::NatStatus, Fact::NatSource4, Fact::NatSource6, Fact::NatSourcePort,
            Fact::NatDestination4, Fact::NatDestination6, Fact::NatDestinationPort});
}

std::string Diagnoser::tuple_before_nat(const event::Tuple& tuple) const {
  constexpr uint64_t kInfoMask = 7, kReply = 3;  // NFCT_INFOMASK, IP_CT_IS_REPLY
  const auto conntrack = number(fact(Fact::Conntrack));
  if (!conntrack || *conntrack <= kInfoMask || (*conntrack & kInfoMask) >= kReply) return "";
  if (!knowledge::is_in_list(fact(Fact::NatStatus), "1 2 3")) return "";
  const std::string source(tuple.is_v6 ? fact(Fact::NatSource6)
                                       : ipv4_text(fact(Fact::NatSource4)));
  const std::string destination(tuple.is_v6 ? fact(Fact::NatDestination6)
                                            : ipv4_text(fact(Fact::NatDestination4)));
  if (source.empty() || destination.empty()) return "";
  return ends_text(tuple, source, fact(Fact::NatSourcePort), destination,
                   fact(Fact::NatDestinationPort));
}

void Diagnoser::set_ports(const resolve::Ports& ports) {
  set(Fact::OpenAt) = ports.open_at;
  if (!ports.is_newer) return;
  if (ports.takes_packet) set(Fact::OpenHere) = *ports.takes_packet ? "1" : "0";
  if (ports.has_buffer_errors) set(Fact::BufferErrors) = *ports.has_buffer_errors ? "1" : "0";
  set(Fact::SocketQueue) = ports.unread_bytes >= kLeastBuffer ? "full" : "room";
}

// Since 6.7 nf_tables frees what it drops. Before, any hook of netfilter may have had the packet in
// mind, so that the hooks must be the same.
bool Diagnoser::is_of_nft(const resolve::Nft& nft) const {
  if (place_ == "nft_do_chain") return true;
  return place_ == "nf_hook_slow" && nft.is_noted &&
         (nft.hook.empty() || is_hook(fact(Fact::Hook), nft.hook));
}

void Diagnoser::set_nft(const resolve::Nft& nft) {
  if (!is_nft_name(nft.table) || !is_nft_name(nft.chain)) return;
  set(Fact::NftFamily) = nft.family;
  set(Fact::NftTable) = nft.table;
  if (nft.is_policy) {
    set(Fact::NftChain) = nft.chain;
    set(Fact::NftPolicy) = nft.is_certain ? "drop" : "likely-drop";
    return;
  }
  rule_ = nft.text;
  set(Fact::NftHandle) = fmt::to_string(nft.handle);
  set(Fact::NftExpr) = nft.expr;
  // nf_tables_newrule() makes such a chain for a block in braces; no command takes its name.
  if (nft.chain.starts_with("__chain")) return;
  set(Fact::NftChain) = nft.chain;
  set(Fact::NftRule) = fmt::to_string(nft.position);
}

// A packet passes several hooks: the table may be of one before that in which it died. Behind
// NFQUEUE nothing tells the hook, nor what happened while the packet waited; only a clash is of
// this packet.
void Diagnoser::set_xt(const resolve::Xt& xt) {
  using Refusal = resolve::Xt::Refusal;
  const std::string_view hook = fact(Fact::Hook);
  const bool is_clash = xt.refusal == Refusal::Clash;
  if (is_clash &&
      (knowledge::is_in_list(place_, kBehindQueue) || is_hook(hook, "INPUT POSTROUTING")))
    set(Fact::ConntrackRefusal) = "clash";
  if (place_ != "nf_hook_slow") return;
  if (xt.refusal == Refusal::Full && is_hook(hook, "PREROUTING OUTPUT") && is_untracked())
    set(Fact::ConntrackRefusal) = "full";
  if (!fact(Fact::ConntrackRefusal).empty() || !is_hook(hook, xt.hook)) return;
  if (xt.kind != resolve::Xt::Kind::None) set_xt_rule(xt);
  if (xt.function.empty()) return;
  set(Fact::NfFunction) = bare(xt.function);
  if (!xt.bpf_id) return;
  set(Fact::NfProgramId) = fmt::to_string(xt.bpf_id);
  set(Fact::NfProgram) = xt.bpf_name.empty() ? "without a name" : xt.bpf_name;
}

void Diagnoser::set_xt_rule(const resolve::Xt& xt) {
  set(Fact::XtTool) = xt.is_v6 ? "ip6tables-legacy" : "iptables-legacy";
  set(Fact::XtTable) = xt.table;
  set(Fact::XtChain) = xt.chain;
  set(Fact::XtVerdict) = verdict_name(xt.kind);
  // The table raw comes before conntrack.
  if (xt.asks_conntrack && xt.table != "raw") set(Fact::XtAsksConntrack) = "1";
  if (xt.kind != resolve::Xt::Kind::Policy) set(Fact::XtRule) = fmt::to_string(xt.position);
}

// It has no entry of conntrack: the lowest three bits of the word say how it belongs to one.
bool Diagnoser::is_untracked() const {
  const auto conntrack = number(fact(Fact::Conntrack));
  return conntrack && *conntrack < 8;
}

std::string Diagnoser::next_hop(bool is_v6) const {
  std::string destination(fact(Fact::Destination));
  if (is_v6) {
    const std::string_view gateway = fact(Fact::RouteGateway6);
    return gateway.empty() || gateway == "::" ? destination : std::string(gateway);
  }
  // The two gateways of an IPv4 route are a union.
  if (fact(Fact::RouteGatewayFamily) == "10") return std::string(fact(Fact::RouteGateway46));
  const std::string gateway = ipv4_text(fact(Fact::RouteGateway4));
  return gateway.empty() || gateway == "0.0.0.0" ? destination : gateway;
}

bool Diagnoser::holds(const Condition& condition) const {
  if (condition.test == Condition::Test::None) return true;
  const std::string_view value = fact(condition.fact);
  if (value.empty()) return false;
  switch (condition.test) {
    case Condition::Test::Is:
      return knowledge::is_in_list(value, condition.value);
    case Condition::Test::IsNot:
      return !knowledge::is_in_list(value, condition.value);
    case Condition::Test::Above: {
      const auto other = fact_of_name(condition.value);
      const auto left = number(value);
      const auto right = other ? number(fact(*other)) : std::nullopt;
      return left && right && *left > *right;
    }
    case Condition::Test::None:
      break;
  }
  return true;
}

bool Diagnoser::hold(std::span<const Condition> conditions) const {
  return std::ranges::all_of(conditions,
                             [this](const Condition& condition) { return holds(condition); });
}

bool Diagnoser::holds(const Cause& cause) const {
  if (!cause.places.empty() && !knowledge::is_in_list(place_, cause.places)) return false;
  const std::string_view reason = reason_.empty() ? "-" : std::string_view(reason_);
  if (!cause.reasons.empty() && !knowledge::is_in_list(reason, cause.reasons) &&
      !(is_unspecified_ && knowledge::is_in_list("NOT_SPECIFIED", cause.reasons)))
    return false;
  if (!cause.callers.empty() &&
      std::none_of(callers_.begin(), callers_.end(), [&](const std::string& caller) {
        return knowledge::is_in_list(caller, cause.callers);
      }))
    return false;
  return hold(cause.when);
}

const Cause* Diagnoser::find() const {
  const auto search = [this](std::span<const Cause> causes) {
    const auto found = std::find_if(causes.begin(), causes.end(),
                                    [this](const Cause& cause) { return holds(cause); });
    return found == causes.end() ? nullptr : &*found;
  };
  const Cause* by_place = nullptr;
  for (const auto causes : knowledge::causes_by_place())
    if (!by_place) by_place = search(causes);
  return by_place || reason_.empty() ? by_place : search(knowledge::causes_by_reason());
}

void Diagnoser::tell(const Cause& cause) {
  what_ = filled(cause.what, Use::ToRead);
  advice_ = where_to_type(cause.advice) + filled(cause.advice, Use::ToRun);
  diagnosis_.kind = Kind::Died;
  diagnosis_.cause = cause.id;
  diagnosis_.certainty = std::max(cause.certainty, surest_);
  diagnosis_.what = what_;
  diagnosis_.advice = advice_;
  if (!fact(Fact::NftHandle).empty()) diagnosis_.rule = rule_;
}

// A container's eth0 is not that of the host.
std::string Diagnoser::where_to_type(std::string_view advice) const {
  const std::string_view netns = fact(Fact::Netns);
  if (advice.empty() || !own_netns_ || netns.empty() || netns == fmt::to_string(own_netns_) ||
      advice.starts_with("in netns ") || advice.starts_with("on the host: "))
    return "";
  return fmt::format("in netns {}: ", netns);
}

void Diagnoser::tell_reason() {
  what_ = fmt::format("the kernel gives the reason {}", reason_);
  diagnosis_.kind = Kind::Died;
  diagnosis_.cause = "reason";
  diagnosis_.what = what_;
}

std::string Diagnoser::filled(std::string_view sentence, Use use) const {
  std::string out;
  for (size_t at = 0; at < sentence.size();) {
    const size_t open = std::min(sentence.find('{', at), sentence.size());
    out.append(sentence.substr(at, open - at));
    if (open == sentence.size()) break;
    const size_t close = sentence.find('}', open);
    const auto named = fact_of_name(sentence.substr(open + 1, close - open - 1));
    const std::string_view value = named ? fact(*named) : std::string_view();
    if (value.empty())
      out.append(kUnread);
    else if (use == Use::ToRead)
      out.append(value);
    else
      out.append(for_shell(value, out.ends_with(".conf.") || out.ends_with(".neigh.")));
    at = close + 1;
  }
  return out;
}

}  // namespace pwru::diagnose
