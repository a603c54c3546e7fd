// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/nft.h"

#include <algorithm>
#include <array>
#include <span>

#include "kernel/btf/btf_layout.h"

namespace pwru::kernel {
namespace {

constexpr std::string_view kDoChain = "nft_do_chain", kImmediate = "nft_immediate_eval";

// nft_do_chain(), and evaluations of expressions that may set a verdict other than "the rule does
// not match". One that is missing here would have the rule before it blamed, or the policy.
constexpr auto kMayEndRule = std::to_array<std::string_view>({
    "nft_connlimit_eval",
    "nft_ct_set_zone_eval",
    kDoChain,
    "nft_exthdr_tcp_strip_eval",
    "nft_fib_inet_eval",
    "nft_fwd_neigh_eval",
    "nft_fwd_netdev_eval",
    kImmediate,
    "nft_lookup_eval",
    "nft_masq_eval",
    "nft_masq_inet_eval",
    "nft_masq_ipv4_eval",
    "nft_masq_ipv6_eval",
    "nft_match_eval",
    "nft_match_large_eval",
    "nft_nat_eval",
    "nft_nat_inet_eval",
    "nft_objref_eval",
    "nft_objref_map_eval",
    "nft_queue_eval",
    "nft_queue_sreg_eval",
    "nft_redir_eval",
    "nft_redir_inet_eval",
    "nft_redir_ipv4_eval",
    "nft_redir_ipv6_eval",
    "nft_reject_bridge_eval",
    "nft_reject_inet_eval",
    "nft_reject_ipv4_eval",
    "nft_reject_ipv6_eval",
    "nft_reject_netdev_eval",
    "nft_synproxy_eval",
    "nft_target_eval_bridge",
    "nft_target_eval_xt",
});
static_assert(std::ranges::is_sorted(kMayEndRule));

bool may_end_rule(std::string_view name) {
  return name.starts_with("nft_") && std::ranges::binary_search(kMayEndRule, name);
}

// nf_tables may be a part of vmlinux.
uint64_t address_of(const Symbols& symbols, std::string_view name) {
  for (const std::string_view module : {kNftModule, std::string_view()})
    if (const auto found = symbols.addresses(name, module); found.size() == 1) return found.front();
  return 0;
}

struct Wanted {
  std::string_view record, member;
  uint16_t pwru_nft_layout::*offset;
};
constexpr auto kMembers = std::to_array<Wanted>({
    {"nft_pktinfo", "skb", &pwru_nft_layout::pktinfo_skb},
    {"nft_chain", "list", &pwru_nft_layout::chain_list},
    {"nft_chain", "table", &pwru_nft_layout::chain_table},
    {"nft_chain", "name", &pwru_nft_layout::chain_name},
    {"nft_base_chain", "chain", &pwru_nft_layout::base_chain},
    {"nft_base_chain", "policy", &pwru_nft_layout::base_policy},
    {"nft_table", "chains", &pwru_nft_layout::table_chains},
    {"nft_table", "family", &pwru_nft_layout::table_family},
    {"nft_table", "name", &pwru_nft_layout::table_name},
    {"nft_table", "handle", &pwru_nft_layout::table_handle},
    {"nft_set", "dtype", &pwru_nft_layout::set_dtype},
    {"nft_expr_ops", "type", &pwru_nft_layout::ops_type},
    {"nft_expr_type", "name", &pwru_nft_layout::type_name},
});
constexpr auto kBlobs = std::to_array<Wanted>({
    {"nft_chain", "blob_gen_0", &pwru_nft_layout::chain_blob0},
    {"nft_chain", "blob_gen_1", &pwru_nft_layout::chain_blob1},
    {"nft_rule_blob", "data", &pwru_nft_layout::blob_data},
});
// Before 5.17.
constexpr auto kArrays = std::to_array<Wanted>({
    {"nft_chain", "rules_gen_0", &pwru_nft_layout::chain_blob0},
    {"nft_chain", "rules_gen_1", &pwru_nft_layout::chain_blob1},
    {"nft_rule", "handle", &pwru_nft_layout::rule_header},
    {"nft_rule", "data", &pwru_nft_layout::rule_data},
});

// Of a bit-field the program takes the lowest bits of the byte there.
bool find_all(const Btf& types, std::span<const Wanted> members, pwru_nft_layout& layout) {
  return std::ranges::all_of(members, [&](const Wanted& wanted) {
    const auto offset = byte_offset_of(types, wanted.record, wanted.member);
    if (offset) layout.*wanted.offset = *offset;
    return offset.has_value();
  });
}

// include/net/netfilter/nf_tables.h of 5.10, with 64 bits.
pwru_nft_layout layout_of_5_10() {
  pwru_nft_layout layout = {};
  layout.pktinfo_state = 32;
  layout.chain_list = 32;
  layout.chain_table = 64;
  layout.chain_name = 88;
  layout.chain_blob1 = 8;
  layout.rule_header = 16;
  layout.rule_data = 24;
  layout.base_chain = 80;
  layout.base_policy = 64;
  layout.table_chains = 152;
  layout.table_family = 236;
  layout.table_name = 240;
  layout.ops_type = 104;
  layout.type_name = 40;
  layout.table_handle = 224;
  layout.has_arrays = 1;
  return layout;
}

// sk_skb_reason_drop() came with 6.11, after the change.
bool frees_by_itself(const Symbols& symbols) {
  return !symbols.addresses("sk_skb_reason_drop", "").empty();
}

// Before 5.13 it is a part of nft_pktinfo::xt.
bool find_state(const Btf& types, pwru_nft_layout& layout) {
  const auto state = byte_offset_of(types, "nft_pktinfo", "state");
  const auto xt = byte_offset_of(types, "nft_pktinfo", "xt");
  const auto of_xt = byte_offset_of(types, "xt_action_param", "state");
  if (!state && (!xt || !of_xt)) return false;
  layout.pktinfo_state = state ? *state : static_cast<uint16_t>(*xt + *of_xt);
  return true;
}

bool find_functions(const Symbols& symbols, pwru_nft_layout& layout) {
  layout.do_chain_ip = address_of(symbols, kDoChain);
  layout.immediate_ip = address_of(symbols, kImmediate);
  layout.notes_returns = frees_by_itself(symbols) ? 0 : 1;
  return layout.do_chain_ip && layout.immediate_ip;
}

}  // namespace

bool begins_rules(const Site& site) { return site.name == kDoChain; }

std::vector<Site> nft_sites(const Symbols& symbols) {
  std::vector<Site> sites;
  for (size_t i = 0; i < symbols.size(); i++) {
    const Symbol symbol = symbols.at(i);
    if (may_end_rule(symbol.name)) sites.push_back(site_of(symbol));
  }
  // No packet is followed through its rules before all that may end one is watched.
  std::stable_partition(sites.begin(), sites.end(),
                        [](const Site& site) { return !begins_rules(site); });
  return sites;
}

std::vector<Site> sites_that_return(std::vector<Site> sites) {
  std::erase_if(sites,
                [](const Site& site) { return begins_rules(site) || site.name == kImmediate; });
  return sites;
}

std::optional<pwru_nft_layout> nft_layout(const Btf& types, const Symbols& symbols) {
  pwru_nft_layout layout = {};
  if (!find_functions(symbols, layout) || !find_all(types, kMembers, layout) ||
      !find_state(types, layout))
    return std::nullopt;
  if (find_all(types, kBlobs, layout)) return layout;
  layout.has_arrays = 1;
  if (!find_all(types, kArrays, layout)) return std::nullopt;
  return layout;
}

std::optional<pwru_nft_layout> nft_layout_of_release(std::string_view release,
                                                     const Symbols& symbols) {
  pwru_nft_layout layout = layout_of_5_10();
  // Its locks are larger, and so are the structs.
  const bool is_real_time = release.find("-rt") != std::string_view::npos;
  if (!release.starts_with("5.10.") || is_real_time || !find_functions(symbols, layout))
    return std::nullopt;
  return layout;
}

}  // namespace pwru::kernel
