// SPDX-License-Identifier: Apache-2.0
// What netfilter did to the packet.
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

#include <algorithm>
#include <cctype>

#include "diagnose/facts.h"
#include "knowledge/cause.h"

namespace pwru::diagnose {
namespace {

using knowledge::Fact;

using Layer = StackHook::Layer;

constexpr std::string_view kRunsHooks = "nf_hook_slow";
// It runs the hooks of a bridge's prerouting itself, and frees what they drop, since 5.2. By
// nf_hook_slow() it runs those of input, for frames of protocols like STP.
constexpr std::string_view kBridgeReceives = "br_handle_frame";

// Whether __br_forward(), which is at that place, has a packet of this host and not of a port. The
// nearer of the two decides: a packet that a bridge sends may be received in the same stack.
bool is_sent_by_bridge(const std::vector<std::string>& callers, size_t at) {
  constexpr std::string_view kReceives = "br_handle_frame br_handle_frame_finish";
  for (size_t i = at; i < callers.size() && !knowledge::is_in_list(callers[i], kReceives); i++)
    if (callers[i] == "br_dev_xmit") return true;
  return false;
}

// The hook of netfilter that a function calls. NF_HOOK() is inlined into it.
StackHook hook_called_by(std::string_view caller, bool is_arp) {
  struct Row {
    std::string_view callers;
    StackHook hook;
  };
  constexpr std::array kHooks = std::to_array<Row>({
      {"ip_local_deliver ip6_input ip6_input_finish ip_sublist_rcv_finish",
       {Layer::Ip, "INPUT", "input"}},
      {"ip_rcv ipv6_rcv ip_sublist_rcv ip6_sublist_rcv ip_list_rcv ipv6_list_rcv",
       {Layer::Ip, "PREROUTING", "prerouting"}},
      {"ip_forward ip6_forward ipmr_queue_xmit ipmr_queue_fwd_xmit ip6mr_forward2",
       {Layer::Ip, "FORWARD", "forward"}},
      {"__ip_local_out __ip6_local_out ip_local_out ip6_local_out ip6_xmit ip6_send_skb "
       "raw_sendmsg rawv6_sendmsg raw_send_hdrinc ndisc_send_skb mld_sendpack",
       {Layer::Ip, "OUTPUT", "output"}},
      {"ip_output ip6_output ip_mc_output ip6_finish_output",
       {Layer::Ip, "POSTROUTING", "postrouting"}},
      // br_netfilter calls the hooks of IP for the packets of a bridge.
      {"br_nf_pre_routing br_nf_pre_routing_ipv6",
       {Layer::Ip, "PREROUTING",
        "prerouting of IP, called by the bridge (bridge-nf-call-iptables)"}},
      {"br_nf_forward_ip br_nf_forward",
       {Layer::Ip, "FORWARD", "forward of IP, called by the bridge (bridge-nf-call-iptables)"}},
      {"br_nf_post_routing",
       {Layer::Ip, "POSTROUTING",
        "postrouting of IP, called by the bridge (bridge-nf-call-iptables)"}},
      {"__netif_receive_skb_core nf_ingress nf_hook_ingress",
       {Layer::Device, "INGRESS", "ingress"}},
      {"__dev_queue_xmit nf_hook_egress", {Layer::Device, "EGRESS", "egress"}},
      {"br_handle_frame br_handle_frame_finish br_pass_frame_up",
       {Layer::Bridge, "INPUT", "bridge input"}},
      {"br_forward __br_forward", {Layer::Bridge, "FORWARD", "bridge forward"}},
      {"br_send_bpdu __br_multicast_send_query", {Layer::Bridge, "OUTPUT", "bridge output"}},
      {"br_forward_finish", {Layer::Bridge, "POSTROUTING", "bridge postrouting"}},
      {"arp_rcv", {Layer::Arp, "INPUT", "arp input"}},
      // The compiler puts arp_xmit() into those that call it.
      {"arp_xmit arp_send_dst arp_send arp_solicit arp_process",
       {Layer::Arp, "OUTPUT", "arp output"}},
  });
  // On 6.1 ARP has a function of its own, on 6.12 it has not.
  if (is_arp && knowledge::is_in_list(caller, "br_nf_forward_arp br_nf_forward"))
    return {Layer::Arp, "FORWARD", "arp forward, called by the bridge (bridge-nf-call-arptables)"};
  for (const Row& row : kHooks)
    if (knowledge::is_in_list(caller, row.callers)) return row.hook;
  return {};
}

// That of the first function that has one. The two of a bridge tell it by the others on the stack.
StackHook hook_of(const Place& place, bool is_arp) {
  constexpr StackHook kPrerouting = {Layer::Bridge, "PREROUTING", "bridge prerouting"};
  constexpr StackHook kOutput = {Layer::Bridge, "OUTPUT", "bridge output"};
  if (place.function == kBridgeReceives) return kPrerouting;
  const std::vector<std::string>& callers = place.callers;
  for (size_t i = 0; i < callers.size(); i++) {
    const StackHook hook = hook_called_by(callers[i], is_arp);
    if (hook.layer == Layer::None) continue;
    const std::string_view callee = i > 0 ? callers[i - 1] : place.function;
    if (callers[i] == kBridgeReceives && callee != kRunsHooks) return kPrerouting;
    const bool is_forward = hook.layer == Layer::Bridge && hook.chain == "FORWARD";
    return is_forward && is_sent_by_bridge(callers, i) ? kOutput : hook;
  }
  return {};
}

// Where the verdict of a hook is carried out of a packet that came back from NFQUEUE.
constexpr std::string_view kBehindQueue = "nf_reinject nfqnl_reinject";

// Whether it is a hook of one of these chains of IP, also when the bridge has called it, or of a
// device.
bool is_hook(const StackHook& hook, std::string_view chains) {
  return (hook.layer == Layer::Ip || hook.layer == Layer::Device) &&
         knowledge::is_in_list(hook.chain, chains);
}

bool has_hook(const resolve::Xt& xt, const StackHook& hook) {
  constexpr std::array kLayers = {Layer::Ip, Layer::Ip, Layer::Arp, Layer::Bridge};
  return hook.layer == kLayers[static_cast<size_t>(xt.family)] && hook.chain == xt.hook;
}

std::string_view tool_of(resolve::Xt::Family family) {
  constexpr std::array<std::string_view, 4> kTools = {"iptables-legacy", "ip6tables-legacy",
                                                      "arptables-legacy", "ebtables-legacy"};
  return kTools[static_cast<size_t>(family)];
}

std::string_view verdict_name(resolve::Xt::Kind kind) {
  constexpr std::array<std::string_view, 4> kNames = {"", "drop", "reject", "policy"};
  return kNames[static_cast<size_t>(kind)];
}

// Flags of a TCP segment that conntrack takes: tcp_valid_flags[].
bool are_valid(uint8_t flags) {
  constexpr unsigned kFin = 1, kSyn = 2, kRst = 4, kAck = 16, kUrg = 32;
  constexpr std::array kValid = {kSyn, kSyn | kUrg,        kSyn | kAck,
                                 kRst, kRst | kAck,        kFin | kAck,
                                 kAck, kFin | kAck | kUrg, kAck | kUrg};
  const unsigned asked = flags & (kFin | kSyn | kRst | kAck | kUrg);
  return std::ranges::find(kValid, asked) != kValid.end();
}

// A header that is cut off has none.
bool has_wrong_flags(const resolve::Packet& packet) {
  constexpr uint32_t kIpv4 = 20, kIpv6 = 40, kTcp = 20;  // bytes of headers without options
  return packet.has_tuple && packet.tuple.l4_proto == IPPROTO_TCP &&
         packet.len_bytes >= (packet.tuple.is_v6 ? kIpv6 : kIpv4) + kTcp &&
         !are_valid(packet.tuple.tcp_flags);
}

// Whether a rule is for the state INVALID: "ct state invalid,untracked drop". The match of
// iptables-nft is opaque, and holds for a packet without an entry only if that is its state.
bool asks_for_invalid(std::string_view rule) {
  if (rule.find("[xt match conntrack") != std::string_view::npos ||
      rule.find("[xt match state") != std::string_view::npos)
    return true;
  constexpr std::string_view kState = "ct state ";
  const size_t at = rule.find(kState);
  if (at == std::string_view::npos) return false;
  const std::string_view states = rule.substr(at + kState.size());
  return states.substr(0, states.find(' ')).find("invalid") != std::string_view::npos;
}

// What iptables-nft makes has the names of iptables, and few others have: a rule is surely its own
// in a chain that it has built in, or when it has a match or a target of x_tables.
bool is_of_iptables(const resolve::Nft& nft) {
  constexpr std::string_view kTables = "filter nat mangle raw security";
  constexpr std::string_view kChains = "PREROUTING INPUT FORWARD OUTPUT POSTROUTING";
  return knowledge::is_in_list(nft.family, "ip ip6") && knowledge::is_in_list(nft.table, kTables) &&
         (knowledge::is_in_list(nft.chain, kChains) ||
          nft.text.find("[xt ") != std::string_view::npos);
}

// The part of a rule that decided. A target of x_tables is named as nftables names its own.
std::string_view deciding_part(const resolve::Nft& nft) {
  if (nft.expr != "target") return nft.expr;
  constexpr auto kTargets = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{"[xt target REJECT", "reject"},
       {"[xt target MASQUERADE", "masq"},
       {"[xt target REDIRECT", "redir"}});
  for (const auto& [text, name] : kTargets)
    if (nft.text.find(text) != std::string_view::npos) return name;
  return nft.expr;
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

}  // namespace

void Facts::set_netfilter(const resolve::Record& record, const Place& place) {
  const StackHook hook = hook_of(place, record.packet.proto == ETH_P_ARP);
  if (place.function != kBridgeReceives) set_hook(hook);
  if (record.nft && is_of_nft(*record.nft, place, hook)) {
    set_hook(hook);
    set_nft(*record.nft);
  }
  if (record.xt) set_xt(*record.xt, place, hook);
  conclude_of_state(record.packet);
}

// A rule dropped it for the state of its connection, which is INVALID as it has no entry: what
// conntrack found wrong (tcp_error(), udp_error(), icmp_error()), as far as that was read.
void Facts::conclude_of_state(const resolve::Packet& packet) {
  const bool asks = of(Fact::XtAsksConntrack) == "1" ||
                    (of(Fact::NftExpr) == "immediate" && asks_for_invalid(rule_));
  if (!asks || of(Fact::Conntrack) != "0") return;
  if (of(Fact::ChecksumFailed) == "1")
    set(Fact::InvalidBy) = "checksum";
  else
    set(Fact::InvalidBy) = has_wrong_flags(packet) ? "flags" : "unknown";
}

void Facts::set_hook(const StackHook& hook) {
  constexpr std::array<std::string_view, 5> kFamilies = {"", "ip", "netdev", "bridge", "arp"};
  set(Fact::Hook) = hook.name;
  set(Fact::HookFamily) = kFamilies[static_cast<size_t>(hook.layer)];
}

// Since 6.7 nf_tables frees what it drops. Before, any hook of netfilter may have had the packet in
// mind, so that the hooks must be the same.
bool Facts::is_of_nft(const resolve::Nft& nft, const Place& place, const StackHook& hook) {
  if (place.function == "nft_do_chain") return true;
  if (place.function == kBridgeReceives) return nft.is_noted && nft.family == "bridge";
  return place.function == kRunsHooks && nft.is_noted &&
         (nft.hook.empty() || is_hook(hook, nft.hook));
}

void Facts::set_nft(const resolve::Nft& nft) {
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
  set(Fact::NftExpr) = deciding_part(nft);
  if (is_of_iptables(nft)) set(Fact::NftTool) = nft.family == "ip6" ? "ip6tables" : "iptables";
  // nf_tables_newrule() makes such a chain for a block in braces; no command takes its name.
  if (nft.chain.starts_with("__chain")) return;
  set(Fact::NftChain) = nft.chain;
  set(Fact::NftRule) = fmt::to_string(nft.position);
}

// A packet passes several hooks: the table may be of one before that in which it died. Behind
// NFQUEUE nothing tells the hook, nor what happened while the packet waited; only a clash is of
// this packet.
void Facts::set_xt(const resolve::Xt& xt, const Place& place, const StackHook& hook) {
  using Refusal = resolve::Xt::Refusal;
  const bool is_clash = xt.refusal == Refusal::Clash;
  if (is_clash &&
      (knowledge::is_in_list(place.function, kBehindQueue) || is_hook(hook, "INPUT POSTROUTING")))
    set(Fact::ConntrackRefusal) = "clash";
  if (place.function != kRunsHooks && place.function != kBridgeReceives) return;
  if (xt.refusal == Refusal::Full && is_hook(hook, "PREROUTING OUTPUT") && is_untracked())
    set(Fact::ConntrackRefusal) = "full";
  if (!of(Fact::ConntrackRefusal).empty() || !has_hook(xt, hook)) return;
  if (xt.kind != resolve::Xt::Kind::None) {
    set_hook(hook);
    set_xt_rule(xt);
  }
  if (xt.function.empty()) return;
  set(Fact::NfFunction) = bare(xt.function);
  if (!xt.bpf_id) return;
  set(Fact::NfProgramId) = fmt::to_string(xt.bpf_id);
  set(Fact::NfProgram) = xt.bpf_name.empty() ? "without a name" : xt.bpf_name;
}

void Facts::set_xt_rule(const resolve::Xt& xt) {
  if (of(Fact::NftHandle).empty()) rule_ = xt.text;
  set(Fact::XtTool) = tool_of(xt.family);
  set(Fact::XtTable) = xt.table;
  set(Fact::XtChain) = xt.chain;
  set(Fact::XtVerdict) = verdict_name(xt.kind);
  // The table raw comes before conntrack.
  if (xt.asks_conntrack && xt.table != "raw") set(Fact::XtAsksConntrack) = "1";
  if (xt.kind != resolve::Xt::Kind::Policy) set(Fact::XtRule) = fmt::to_string(xt.position);
}

// It has no entry of conntrack: the lowest three bits of the word say how it belongs to one.
bool Facts::is_untracked() const {
  const auto conntrack = number(of(Fact::Conntrack));
  return conntrack && *conntrack < 8;
}

}  // namespace pwru::diagnose
