// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/xtables.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "kernel/btf/btf_layout.h"

namespace pwru::kernel {
namespace {

constexpr std::string_view kTable4 = "ipt_do_table", kTable6 = "ip6t_do_table",
                           kTableArp = "arpt_do_table", kTableBridge = "ebt_do_table";
constexpr auto kTables =
    std::to_array<std::string_view>({kTable4, kTable6, kTableArp, kTableBridge});
constexpr std::string_view kRunBpf = "nf_hook_run_bpf";
// nft_do_chain() leaves packets that it drops to nf_hook_slow() before Linux 6.7. Nothing tells
// that, and Linux 6.11 is known by this function.
constexpr std::string_view kNft = "nft_do_chain", kReasonDrop = "sk_skb_reason_drop";
constexpr std::string_view kReplace = "xt_replace_table";
constexpr std::string_view kReplaceBridge = "do_replace_finish", kEbtables = "ebtables";
constexpr std::string_view kFull = "early_drop", kClash = "nf_ct_resolve_clash";
constexpr std::string_view kConntrack = "nf_conntrack";

// Hook functions that drop packets, and are only called where somebody uses what they are of: (void
// *priv, struct sk_buff *skb, const struct nf_hook_state *state). IPVS has others before 5.13.
constexpr auto kHooks = std::to_array<std::string_view>(
    {"ip_vs_forward_icmp", "ip_vs_forward_icmp_v6", "ip_vs_in_hook", "ip_vs_local_reply4",
     "ip_vs_local_reply6", "ip_vs_local_request4", "ip_vs_local_request6", "ip_vs_out_hook",
     "ip_vs_remote_request4", "ip_vs_remote_request6", "ip_vs_reply4", "ip_vs_reply6",
     "ipv4_synproxy_hook", "ipv6_synproxy_hook", kRunBpf});
static_assert(std::ranges::is_sorted(kHooks));

// As on 5.10, which has no BTF of modules.
constexpr uint16_t kPrivate = 24, kName = 56, kEntries = 64, kUsersize = 108;
// Linux 5.10 without its fixes has another member, `check`, in front of it: no rule is found there.
constexpr uint16_t kPrivateBridge = 72, kCountersBridge = 128;

// (void *priv, struct sk_buff *skb, ..) since 5.16, (struct sk_buff *skb, .., struct xt_table *)
// before.
bool is_table_first(const Btf& functions) {
  for (const std::string_view name : kTables) {
    const uint32_t function = functions.find(name, BTF_KIND_FUNC);
    if (!function) continue;
    const auto params = functions.params(functions.type(function).type);
    if (params.empty()) return false;
    const uint32_t first = functions.resolve(params.front().type);
    return functions.kind(first) == BTF_KIND_PTR &&
           functions.resolve(functions.type(first).type) == 0;
  }
  return false;
}

void note_table(const Symbol& symbol, Xtables& found) {
  pwru_xt_layout& layout = found.layout;
  if (symbol.name == kTable6) layout.ip6t_ip = symbol.addr;
  if (symbol.name == kTableArp) layout.arpt_ip = symbol.addr;
  if (symbol.name == kTableBridge) layout.ebt_ip = symbol.addr;
  (symbol.name == kTableBridge ? found.bridges : found.tables).push_back(site_of(symbol));
}

bool replaces_table(const Symbol& symbol) {
  const bool may_be_bridge = symbol.module == kEbtables || symbol.module.empty();
  return symbol.name == kReplace || (symbol.name == kReplaceBridge && may_be_bridge);
}

// Without what is needed to know which rules a table has, and what they counted.
void leave_out_unknown(Xtables& found) {
  const auto is_replaced_by = [&](std::string_view function) {
    return std::ranges::find(found.replaced, function, &Site::name) != found.replaced.end();
  };
  const pwru_xt_layout& layout = found.layout;
  if ((layout.has_several_cpus && !layout.per_cpu_offset) || !is_replaced_by(kReplace))
    found.tables.clear();
  if (!is_replaced_by(kReplaceBridge)) found.bridges.clear();
}

void set_layout(const XtablesTypes& types, pwru_xt_layout& layout) {
  const auto offset_of = [](const Btf* btf, const char* record, const char* member,
                            uint16_t otherwise) {
    return btf ? byte_offset_of(*btf, record, member).value_or(otherwise) : otherwise;
  };
  layout.table_private = offset_of(types.tables, "xt_table", "private", kPrivate);
  layout.table_name = offset_of(types.tables, "xt_table", "name", kName);
  layout.info_entries = offset_of(types.tables, "xt_table_info", "entries", kEntries);
  layout.match_usersize = offset_of(types.tables, "xt_match", "usersize", kUsersize);
  layout.ebt_private = offset_of(types.bridges, "ebt_table", "private", kPrivateBridge);
  layout.ebt_counters = offset_of(types.bridges, "ebt_table_info", "counters", kCountersBridge);
  layout.is_table_first = types.functions && is_table_first(*types.functions);
}

}  // namespace

bool enters_table(std::string_view function) {
  return std::ranges::find(kTables, function) != kTables.end();
}

Xtables find_xtables(const Symbols& symbols, const XtablesTypes& types, uint32_t cpus) {
  Xtables found;
  pwru_xt_layout& layout = found.layout;
  layout.per_cpu_offset = symbols.data("__per_cpu_offset").value_or(0);
  layout.has_several_cpus = cpus > 1;
  std::optional<Symbol> nft;
  bool nft_frees = false;
  for (size_t i = 0; i < symbols.size(); i++) {
    const Symbol symbol = symbols.at(i);
    if (enters_table(symbol.name)) {
      note_table(symbol, found);
    } else if (std::ranges::binary_search(kHooks, symbol.name)) {
      if (symbol.name == kRunBpf) layout.run_bpf_ip = symbol.addr;
      found.hooks.push_back(site_of(symbol));
    } else if (symbol.name == kNft) {
      nft = symbol;
    } else if (symbol.name == kReasonDrop) {
      nft_frees = true;
    } else if (replaces_table(symbol)) {
      found.replaced.push_back(site_of(symbol));
    } else if (symbol.module == kConntrack || symbol.module.empty()) {
      if (symbol.name == kFull) found.full.push_back(site_of(symbol));
      if (symbol.name == kClash) found.clash.push_back(site_of(symbol));
    }
  }
  if (nft && !nft_frees && !found.hooks.empty()) {
    layout.nft_ip = nft->addr;
    found.hooks.push_back(site_of(*nft));
  }
  leave_out_unknown(found);
  set_layout(types, layout);
  return found;
}

}  // namespace pwru::kernel
