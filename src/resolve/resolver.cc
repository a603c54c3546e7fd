// SPDX-License-Identifier: Apache-2.0
#include "resolve/resolver.h"

#include <linux/netfilter.h>

#include <algorithm>
#include <cstring>

#include "resolve/verdict_text.h"

namespace pwru::resolve {
namespace {

bool is_of_xdp(pwru_event_type type) {
  return type == PWRU_EVENT_XDP_ENTRY || type == PWRU_EVENT_XDP_EXIT;
}

// The text of `bytes` when their type is known and none of them is missing.
std::string_view text_of(std::optional<StructText>& type, std::span<const std::byte> bytes,
                         uint32_t size) {
  return type && !bytes.empty() && bytes.size() == size ? type->format(bytes) : std::string_view();
}

// None when its ports could not be read.
std::optional<kernel::PortQuestion> port_question(const Packet& packet) {
  const event::Tuple& tuple = packet.tuple;
  kernel::PortQuestion question;
  question.netns = packet.netns;
  question.is_v6 = tuple.is_v6;
  std::copy(std::begin(tuple.saddr), std::end(tuple.saddr), question.source.bytes.begin());
  std::copy(std::begin(tuple.daddr), std::end(tuple.daddr), question.destination.bytes.begin());
  if (tuple.l4_proto == IPPROTO_TCP || tuple.l4_proto == IPPROTO_UDP) {
    if (!tuple.has_ports) return std::nullopt;
    question.kind =
        tuple.l4_proto == IPPROTO_TCP ? kernel::SocketKind::Tcp : kernel::SocketKind::Udp;
    // A segment that begins no connection belongs to one that is gone.
    question.looks_elsewhere = tuple.l4_proto == IPPROTO_UDP || event::is_syn(tuple);
    question.source.port = tuple.sport;
    question.destination.port = tuple.dport;
  } else {
    question.kind = kernel::SocketKind::Raw;
    question.looks_elsewhere = false;
    question.destination.port = tuple.l4_proto;
  }
  return question;
}

constexpr std::string_view kNoSocket = "SKB_DROP_REASON_NO_SOCKET";

// By their hooks, NF_INET_*, NF_ARP_* and NF_BR_*.
constexpr auto kBuiltInChains =
    std::to_array<std::string_view>({"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"});
constexpr auto kArpChains = std::to_array<std::string_view>({"INPUT", "OUTPUT", "FORWARD"});
constexpr auto kBridgeChains = std::to_array<std::string_view>(
    {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING", "BROUTING"});

std::string_view built_in_chain(Xt::Family family, uint8_t hook) {
  std::span<const std::string_view> chains = kBuiltInChains;
  if (family == Xt::Family::Arp) chains = kArpChains;
  if (family == Xt::Family::Bridge) chains = kBridgeChains;
  return hook < chains.size() ? chains[hook] : std::string_view();
}

// Text that the kernel ended by a zero, unless it fills its room.
std::string_view text_of(const char* text, size_t room) { return {text, ::strnlen(text, room)}; }

// NFPROTO_*, by the names that nft(8) has for them.
std::string_view nft_family(uint8_t family) {
  switch (family) {
    case NFPROTO_INET:
      return "inet";
    case NFPROTO_IPV4:
      return "ip";
    case NFPROTO_ARP:
      return "arp";
    case NFPROTO_NETDEV:
      return "netdev";
    case NFPROTO_BRIDGE:
      return "bridge";
    case NFPROTO_IPV6:
      return "ip6";
  }
  return "";
}

// Without what runs our program: the program and its functions, bpf_trace_run2(), and what
// TRACE_EVENT() generates. The first one left is the function that has the tracepoint.
std::span<const std::string_view> behind_glue(std::span<const std::string_view> stack) {
  constexpr size_t kMostFunctions = 8;  // of a program that call each other
  const auto is_runner = [](std::string_view name) { return name.starts_with("bpf_trace_run"); };
  const auto runner =
      std::ranges::find_if(stack.first(std::min(stack.size(), kMostFunctions)), is_runner);
  auto at = static_cast<size_t>(runner - stack.begin());
  if (at >= std::min(stack.size(), kMostFunctions)) return stack;
  for (at++; at < stack.size(); at++)
    if (!stack[at].starts_with("__bpf_trace_") && !stack[at].starts_with("__traceiter_")) break;
  return stack.subspan(at);
}

}  // namespace

Resolver::Resolver(Wanted wanted, const Facts& facts)
    : wanted_(std::move(wanted)), names_(facts.functions, facts.symbols, facts.reasons) {
  if (wanted_.load_map_types) map_types_.emplace(wanted_.load_map_types);
  if (!wanted_.skb_values.empty())
    skb_values_.emplace(std::move(wanted_.skb_values), facts.value_types, facts.symbols);
  if (!wanted_.socket_values.empty())
    socket_values_.emplace(std::move(wanted_.socket_values), facts.value_types, facts.symbols);
  if (!wanted_.xdp_values.empty())
    xdp_values_.emplace(std::move(wanted_.xdp_values), facts.value_types, facts.symbols);
}

Result<Resolver> Resolver::create(Wanted wanted, const Facts& facts) {
  Resolver resolver(std::move(wanted), facts);
  if (resolver.wanted_.skb_dump) {
    PWRU_ASSIGN(resolver.skb_text_, StructText::create(facts.btf, "sk_buff"));
  }
  if (resolver.wanted_.shared_info_dump) {
    PWRU_ASSIGN(resolver.shared_info_text_, SharedInfoText::create(facts.btf));
  }
  return resolver;
}

const Record& Resolver::resolve(const event::Event& event) {
  set_packet(event);
  record_.type = event.type;
  record_.ts_ns = event.ts_ns;
  if (wanted_.since_last || wanted_.wall_time) set_times(event);
  set_function(event);
  record_.caller_addr = event.caller_ip;
  record_.caller = {};
  if (wanted_.caller && (event.type == PWRU_EVENT_FUNC || event.caller_ip))
    record_.caller = names_.symbol(event.caller_ip);
  record_.netns_name = {};
  if (wanted_.netns_names && event.has_meta)
    record_.netns_name = wanted_.netns_names->name(event.netns);
  record_.stack = {};
  record_.stack_addrs = {};
  if (!event.stack.empty()) set_stack(event);
  // Most events have none of these; resetting them is cheaper than copying empty ones.
  record_.tunnel.reset();
  if (event.tunnel) record_.tunnel = event.tunnel;
  record_.cb = {};
  if (!event.cb.empty()) set_cb(event);
  record_.values = record_.readings = {};
  if (!event.expr_bytes.empty()) set_values(event);
  record_.nft.reset();
  if (event.nft) set_nft(*event.nft);
  record_.xt.reset();
  if (event.xt) set_xt(*event.xt);
  record_.ports.reset();
  if (ports_ && record_.end) set_ports();
  record_.lookups.reset();
  if (wanted_.look_up && record_.end) record_.lookups = wanted_.look_up(record_);
  record_.source = {};
  if (source_of_ && record_.end && record_.end->kind != End::Kind::Consumed)
    record_.source = source_of_(record_);
  record_.map_call.reset();
  if (event.has_map_call) set_map_call(event.map_call);
  if (skb_text_ || shared_info_text_) set_dumps(event);
  return record_;
}

// A packet is known by its id, or by the address of its skb when packets are not followed.
void Resolver::set_times(const event::Event& event) {
  if (wanted_.since_last)
    record_.since_last_ns =
        last_seen_.since_last(event.packet_id ? event.packet_id : event.skb, event.ts_ns);
  if (wanted_.wall_time) record_.wall_time = wall_clock_.text(event.ts_ns);
}

void Resolver::set_packet(const event::Event& event) {
  Packet& packet = record_.packet;
  packet.skb = event.skb;
  packet.id = event.packet_id;
  packet.parent_id = event.parent_id;
  packet.cpu = event.cpu;
  packet.pid = event.pid;
  packet.comm = event.comm;
  packet.has_meta = event.has_meta;
  packet.proto = event.proto;
  packet.netns = event.netns;
  packet.mark = event.mark;
  packet.ifindex = event.ifindex;
  packet.len_bytes = event.len_bytes;
  packet.mtu = event.mtu;
  packet.ifname = event.ifname;
  packet.has_tuple = event.has_tuple;
  packet.tuple = event.tuple;
}

void Resolver::set_function(const event::Event& event) {
  const Names::Func& func = names_.function(event.func_ip);
  record_.function_addr = event.func_ip;
  record_.function = func.text;
  record_.end.reset();
  if (func.may_end) record_.end = names_.end(event, func);
  if (wanted_.refusals && func.ending == kernel::Ending::Refuses)
    record_.end = End{End::Kind::Refused, ""};
  record_.verdict.reset();
  if (event.type != PWRU_EVENT_FUNC && is_exit(event.type))
    record_.verdict = {event.verdict, verdict_name(event.type, event.verdict),
                       is_drop_verdict(event.type, event.verdict)};
}

void Resolver::set_stack(const event::Event& event) {
  stack_.clear();
  for (const uint64_t ip : event.stack) stack_.push_back(names_.symbol(ip));
  record_.stack = stack_;
  if (event.type == PWRU_EVENT_TRACEPOINT) record_.stack = behind_glue(record_.stack);
  stack_addrs_.assign(event.stack.begin(), event.stack.end());
  record_.stack_addrs = std::span(stack_addrs_).last(record_.stack.size());
}

void Resolver::set_cb(const event::Event& event) {
  cb_.assign(event.cb.begin(), event.cb.end());
  record_.cb = cb_;
}

void Resolver::set_values(const event::Event& event) {
  const bool is_xdp = is_of_xdp(event.type);
  value_texts_.clear();
  values_.clear();
  const auto add = [this](const std::optional<expr::ValueText>& texts, Bytes bytes) {
    if (!texts) return;
    for (size_t i = 0; i < texts->size(); i++) {
      value_texts_.push_back(texts->text(i, bytes));
      values_.push_back({texts->label(i), ""});
    }
  };
  add(is_xdp ? xdp_values_ : skb_values_, event.expr_bytes);
  if (!is_xdp && wanted_.socket_at < event.expr_bytes.size())
    add(socket_values_, event.expr_bytes.subspan(wanted_.socket_at));
  for (size_t i = 0; i < values_.size(); i++) values_[i].text = value_texts_[i];
  record_.values = values_;
  if (is_xdp) return;
  const size_t shown = values_.size() - std::min(wanted_.readings, values_.size());
  record_.readings = record_.values.subspan(shown);
  record_.values = record_.values.first(shown);
}

namespace {

// A hook of netfilter, in the words of a chain of iptables. "" for bridges and ARP.
std::string_view hook_of_nft(const pwru_nft& nft) {
  constexpr auto kOfDevice = std::to_array<std::string_view>({"INGRESS", "EGRESS"});
  if (!nft.is_noted) return "";
  if (nft.family == NFPROTO_NETDEV)
    return nft.hook < kOfDevice.size() ? kOfDevice[nft.hook] : std::string_view();
  if (nft.family != NFPROTO_INET && nft.family != NFPROTO_IPV4 && nft.family != NFPROTO_IPV6)
    return "";
  if (nft.hook == kBuiltInChains.size()) return kOfDevice[0];  // NF_INET_INGRESS
  return nft.hook < kBuiltInChains.size() ? kBuiltInChains[nft.hook] : std::string_view();
}

}  // namespace

void Resolver::set_nft(const pwru_nft& from) {
  nft_table_ = text_of(from.table, sizeof(from.table));
  nft_chain_ = text_of(from.chain, sizeof(from.chain));
  nft_expr_ = text_of(from.expr, sizeof(from.expr));
  Nft& nft = record_.nft.emplace();
  nft.is_policy = from.kind != PWRU_NFT_RULE;
  nft.is_certain = from.kind != PWRU_NFT_LIKELY_POLICY;
  nft.is_noted = from.is_noted != 0;
  nft.hook = hook_of_nft(from);
  nft.family = nft_family(from.family);
  nft.table = nft_table_;
  nft.chain = nft_chain_;
  nft.handle = from.handle;
  nft.position = from.position;
  nft.expr = nft_expr_;
  const uint32_t netns = record_.packet.netns;
  if (nft.is_policy || !wanted_.rule_text || !netns) return;
  nft_text_ = wanted_.rule_text(
      {netns, from.family, from.table_handle, from.handle, nft_table_, nft_chain_}, record_.ts_ns);
  nft.text = nft_text_;
}

void Resolver::set_xt(const pwru_xt& from) {
  Xt& xt = record_.xt.emplace();
  if (from.kind <= PWRU_XT_POLICY) xt.kind = static_cast<Xt::Kind>(from.kind);
  if (from.refusal <= PWRU_CT_CLASH) xt.refusal = static_cast<Xt::Refusal>(from.refusal);
  if (from.family <= PWRU_XT_BRIDGE) xt.family = static_cast<Xt::Family>(from.family);
  xt.asks_conntrack = from.asks_conntrack;
  xt.hook = built_in_chain(xt.family, from.hook);
  xt_table_ = text_of(from.table, sizeof(from.table));
  xt_chain_ = text_of(from.chain, sizeof(from.chain));
  xt.table = xt_table_;
  // A chain that is built in has no name of its own.
  xt.chain = xt_chain_.empty() ? xt.hook : std::string_view(xt_chain_);
  xt.position = from.number;
  if (from.hook_ip) xt.function = names_.symbol(from.hook_ip);
  xt_bpf_name_ = text_of(from.bpf_name, sizeof(from.bpf_name));
  xt.bpf_name = xt_bpf_name_;
  xt.bpf_id = from.bpf_id;
  const uint32_t netns = record_.packet.netns;
  const bool is_rule = xt.kind == Xt::Kind::Rule || xt.kind == Xt::Kind::Reject;
  if (!is_rule || !wanted_.xt_rule_text || !netns) return;
  xt_text_ = wanted_.xt_rule_text(
      {netns, from.family, xt.kind == Xt::Kind::Reject, from.entry, from.rule_sum, xt_table_},
      record_.ts_ns);
  xt.text = xt_text_;
}

// Before 5.17 a packet ends without a reason: it may have been any.
void Resolver::set_ports() {
  const Packet& packet = record_.packet;
  // Up to 6.10 nothing else tells of a SYN that TIME_WAIT refuses.
  const bool is_freed_syn = event::is_syn(packet.tuple) && record_.end->kind == End::Kind::Freed;
  const bool may_lack_socket =
      record_.end->is_caller || record_.end->text == kNoSocket || is_freed_syn;
  if (!may_lack_socket || !packet.netns || !packet.has_tuple) return;
  std::optional<kernel::PortQuestion> question = port_question(packet);
  if (!question) return;
  question->ts_ns = record_.ts_ns;
  std::optional<kernel::PortAnswer> answer = ports_->ask(*question);
  if (!answer) return;
  open_at_ = std::move(answer->open_at);
  Ports& ports = record_.ports.emplace();
  open_in_ = std::move(answer->open_in);
  ports.open_at = open_at_;
  ports.open_in = open_in_;
  ports.only_inode = answer->only_inode;
  ports.only_netns = answer->only_netns;
  ports.takes_packet = answer->takes_packet;
  ports.unread_bytes = answer->unread_bytes;
  ports.is_newer = answer->is_newer;
  if (answer->buffer_errors) ports.has_buffer_errors = *answer->buffer_errors > 0;
  ports.is_in_time_wait = answer->is_in_time_wait;
}

void Resolver::set_map_call(const event::BpfMapCall& call) {
  map_name_ = call.name;
  map_key_.assign(call.key.begin(), call.key.end());
  map_value_.assign(call.value.begin(), call.value.end());
  MapCall& map = record_.map_call.emplace(MapCall{call, {}, {}});
  map.name = map_name_;
  map.key = map_key_;
  map.value = map_value_;
  if (!map_types_) return;
  MapTypes::OfMap& types = map_types_->of(call.id);
  map.key_text = text_of(types.key, call.key, call.key_size);
  map.value_text = text_of(types.value, call.value, call.value_size);
}

void Resolver::set_dumps(const event::Event& event) {
  record_.skb_dump = record_.shared_info_dump = {};
  if (skb_text_ && !event.skb_bytes.empty()) record_.skb_dump = skb_text_->format(event.skb_bytes);
  if (shared_info_text_ && !event.shinfo_bytes.empty())
    record_.shared_info_dump = shared_info_text_->format(event.shinfo_bytes);
}

}  // namespace pwru::resolve
