// SPDX-License-Identifier: Apache-2.0
#include "plan/config.h"

#include <algorithm>
#include <bit>

#include "abi/event.h"
#include "expr/types.h"
#include "kernel/symbols/packet_ends.h"
#include "plan/ring_sizes.h"
#include "plan/triggers.h"

namespace pwru::plan {
namespace {

// Packets followed at once; one takes some 100 bytes of kernel memory.
constexpr uint32_t kTrackedEntries = 1 << 17;
constexpr uint32_t kStackEntries = 1 << 13;  // half a KiB each
// Entries that wait for the rest of their skb's release; a few for each CPU would do.
constexpr uint32_t kDyingEntries = 8192;
// Of the map `parents` while it only gives out ids.
constexpr uint32_t kIdEntries = 8192;
// The kernel gives so many free entries of an LRU map to a CPU at once, and begins to evict when it
// has less left (LOCAL_FREE_TARGET in kernel/bpf/bpf_lru_list.c).
constexpr uint32_t kFreeEntriesOfCpu = 128;

// THREAD_SIZE of x86-64 and arm64; a page of arm64 may be larger, and then a stack is one.
constexpr uint32_t kStackBytes = 16 << 10;

// What an event of a packet without an skb can have.
constexpr uint32_t kXdpParts = PWRU_PART_META | PWRU_PART_STACK | PWRU_PART_TUNNEL |
                               PWRU_PART_TUPLE4 | PWRU_PART_TUPLE6 | PWRU_PART_PARENT;

// What a record has where a packet goes on, when those where it dies have more.
uint32_t parts_of_way(uint32_t parts, bool has_drop_reasons) {
  parts &= ~uint32_t{PWRU_PART_STACK | PWRU_PART_EXPR | PWRU_PART_NFT | PWRU_PART_XT |
                     PWRU_PART_SKB | PWRU_PART_SHINFO | PWRU_PART_TUNNEL | PWRU_PART_CB};
  return has_drop_reasons ? parts & ~uint32_t{PWRU_PART_CALLER} : parts;
}

uint32_t wanted_parts(const Inputs& inputs, const Plan& plan) {
  const Needs& needs = plan.needs;
  const cli::Options& options = inputs.options;
  uint32_t parts = 0;
  if (options.output_meta || options.output_netns_names) parts |= PWRU_PART_META;
  if (options.output_tuple) parts |= PWRU_PART_TUPLE4 | PWRU_PART_TUPLE6;
  if (options.output_stack) parts |= PWRU_PART_STACK;
  if (options.output_skb) parts |= PWRU_PART_SKB;
  if (!options.output_skb_metadata.empty() || !plan.expressions.read.empty())
    parts |= PWRU_PART_EXPR;
  if (needs.control_buffer) parts |= PWRU_PART_CB;
  if (options.output_skb_shared_info) parts |= PWRU_PART_SHINFO;
  if (needs.map_calls) parts |= PWRU_PART_BPFMAP;
  if (options.output_tunnel) parts |= PWRU_PART_TUNNEL;
  if (needs.parents) parts |= PWRU_PART_PARENT;
  if (needs.paths) parts |= PWRU_PART_PATH;
  if (!plan.nft_sites.empty()) parts |= PWRU_PART_NFT;
  if (!plan.xtables.is_empty()) parts |= PWRU_PART_XT;
  // Without drop reasons, the function that called kfree_skb() is the reason.
  if (options.output_caller || !inputs.has_drop_reasons) parts |= PWRU_PART_CALLER;
  return parts;
}

// How much of such a struct is copied. Only damaged BTF has larger ones than this.
uint32_t size_of_struct(const kernel::Btf& btf, std::string_view name) {
  constexpr uint32_t kMostBytes = 4096;
  return std::min(btf.type(btf.find(name, BTF_KIND_STRUCT)).size, kMostBytes);
}

void set_filters(const Inputs& inputs, const Plan& plan, pwru_config& config) {
  const cli::Options& options = inputs.options;
  config.netns = inputs.place.netns;
  config.ifindex = inputs.place.ifindex;
  config.mark = options.filter_mark.mark;
  config.mark_mask = options.filter_mark.mask;
  config.has_pcap = !options.filter_pcap.empty();
  config.filter_copies = plan.filters.pcap.copies;
  config.copy_bytes = plan.filters.pcap.copy_bytes;
  config.filter_sees_vlan = plan.filters.pcap.sees_vlan;
  config.filter_ancillary = plan.filters.pcap.reads_ancillary;
  config.filter_reads_len = plan.filters.pcap.reads_len;
  config.has_tunnel_l2 = plan.filters.tunnel.has_l2;
  config.has_tunnel_l3 = plan.filters.tunnel.has_l3;
  config.has_skb_expr = plan.expressions.skb.has_filter;
  config.has_xdp_expr = plan.expressions.xdp.has_filter;
  config.reads_fields = config.mark_mask || config.netns || config.ifindex ||
                        config.filter_reads_len || config.filter_sees_vlan;
}

void set_record(const Inputs& inputs, const Plan& plan, pwru_config& config) {
  config.parts = wanted_parts(inputs, plan);
  if (!plan.nft_sites.empty()) config.nft = *inputs.nft_layout;
  config.xt = plan.xtables.layout;
  config.skb_bytes = size_of_struct(inputs.vmlinux, "sk_buff");
  config.shinfo_bytes = size_of_struct(inputs.vmlinux, "skb_shared_info");
  const uint32_t skb_bytes = plan.expressions.skb.value_bytes;
  const uint32_t socket_bytes = plan.expressions.socket.value_bytes;
  if (socket_bytes) config.sock_at = skb_bytes;
  config.expr_bytes = std::max(skb_bytes + socket_bytes, plan.expressions.xdp.value_bytes);
}

// Its names: since 6.0, since 5.16, before.
uint64_t return_trampoline(const kernel::Symbols& symbols) {
  for (const char* name :
       {"arch_rethook_trampoline", "__kretprobe_trampoline", "kretprobe_trampoline"})
    if (const auto found = symbols.addresses(name, ""); !found.empty()) return found.front();
  return 0;
}

bool is_probed(const Plan& plan, uint64_t address) {
  return std::ranges::any_of(plan.functions.found, [&](const kernel::Function& function) {
    return function.addr == address;
  });
}

// Where packets end, and more is looked at than the packet: bpf/read/socket.bpf.h.
void set_ends(const Plan& plan, pwru_config& config) {
  if (!plan.tells_refusals) return;
  config.tells_ends = 1;
  const auto address_of = [&](std::string_view name) -> uint64_t {
    for (const kernel::Function& function : plan.functions.found)
      if (function.name == name) return function.addr;  // IPv6 may be a module
    return 0;
  };
  config.sock_drop_addr = address_of(kernel::kDropOfSocket);
  config.syn_addr = address_of(kernel::kRefusesSyn);
  config.echo4_addr = address_of(kernel::kRefusesEcho4);
  config.echo6_addr = address_of(kernel::kRefusesEcho6);
}

// Programs that never run at these functions need not know them.
void forget_ends(pwru_config& config) {
  config.sock_drop_addr = config.syn_addr = config.echo4_addr = config.echo6_addr = 0;
  config.tells_ends = 0;
  config.sock_at = 0;
}

void set_following(const Inputs& inputs, const Plan& plan, pwru_config& config) {
  config.tracks = plan.needs.identity;
  config.has_fentry = plan.backend == cli::Backend::FentryMulti;
  config.by_skb = plan.needs.follows_skb;
  config.by_stack = plan.needs.follows_stack;
  config.follows_xdp = plan.needs.follows_xdp;
  if (plan.needs.follows_stack) {
    config.stack_bytes = std::max(kStackBytes, inputs.features.pages.page_bytes);
    config.return_trampoline_ip = return_trampoline(inputs.symbols);
    if (const auto found = inputs.symbols.addresses("__htab_map_lookup_elem", ""); !found.empty())
      config.htab_element_ip = found.front();
  }
  config.gone_addr = plan.release.gone_addr;
  config.cached_addr = plan.release.cached_addr;
  config.shows_gone = is_probed(plan, config.gone_addr);
  // One program for release and death, which tells them apart by the address: only kprobe-multi
  // knows it.
  if (plan.needs.identity && config.has_func_ip) {
    config.release_addr = plan.release.addr;
    config.shows_release = is_probed(plan, config.release_addr);
  }
}

void set_copies(const kernel::Btf& vmlinux, pwru_config& config) {
  const expr::Types types(vmlinux);
  const auto skb = types.of(vmlinux.find("sk_buff", BTF_KIND_STRUCT));
  const auto offset = [&](const char* name) -> uint32_t {
    const auto field = types.field(skb, name);
    return field ? field->place.byte : 0;
  };
  pwru_set_copies(&config, offset("dev"), offset("protocol"), offset("data"));
}

void set_kernel(const Inputs& inputs, const Plan& plan, pwru_config& config) {
  set_copies(inputs.vmlinux, config);
  // It knows only probes that stand at the very entry (KPROBE_FLAG_ON_FUNC_ENTRY).
  config.has_func_ip = cli::uses_kprobe_multi(plan.backend) && inputs.features.has_get_func_ip;
  config.page_shift = static_cast<__u8>(std::countr_zero(inputs.features.pages.page_bytes));
  config.vmemmap_base = inputs.features.pages.first_struct;
  config.page_offset_base = inputs.features.pages.first_byte;
  if (kernel::kHasPageVariables) {
    config.vmemmap_base = inputs.symbols.data("vmemmap_base").value_or(0);
    config.page_offset_base = inputs.symbols.data("page_offset_base").value_or(0);
  }
  config.maps_rings = inputs.features.has_mmapable_arrays;
  config.has_doorbell = config.maps_rings && inputs.features.has_ring_buffer;
  if (plan.is_locked_down) config.vmemmap_base = 0;  // page fragments are copied
  if (plan.arg_table) {
    config.arg_multiplier = plan.arg_table->multiplier;
    config.arg_shift = plan.arg_table->shift;
  }
}

// What follows from the parts of a record, which differ between the kinds of programs.
void set_sizes(const RingWish& rings, pwru_config& config) {
  set_rings(rings, config);
  config.fixed_bytes = pwru_fixed_bytes(&config);
  constexpr uint32_t kPlain = PWRU_PART_META | PWRU_PART_TUPLE4 | PWRU_PART_TUPLE6;
  const bool is_plain = (config.parts & ~uint32_t{PWRU_PART_CALLER}) == kPlain;
  // Plain records are only written where they are not sent: nothing is added to their way.
  config.plain_parts =
      is_plain && config.maps_rings ? config.parts & ~uint32_t{PWRU_PART_TUPLE6} : 0;
}

// Whether plain_skb() of bpf/hooks/functions.bpf.c will do: only the pcap filter, the fields of an
// skb and tracking decide.
bool is_plain(const Plan& plan) {
  const pwru_config& config = plan.config;
  return !config.by_stack && !config.follows_xdp && !config.has_tunnel_l2 &&
         !config.has_tunnel_l3 && !config.has_skb_expr && !(plan.uses_cast && config.filter_copies);
}

Family family_of(const Plan& plan) {
  const pwru_config& config = plan.config;
  if (config.has_hit && !config.reads_fields) return config.tracks ? Family::Tracked : Family::Hit;
  return is_plain(plan) ? Family::Plain : Family::Trace;
}

MapEntries map_entries(const Plan& plan) {
  const pwru_config& config = plan.config;
  MapEntries entries;
  const uint32_t rings = config.cpus * (config.nesting_rings ? 2 : 1);
  entries.rings = config.maps_rings ? rings * (config.ring_bytes / config.chunk_bytes) : rings;
  if (plan.needs.identity) {
    entries.tracked = kTrackedEntries;
    entries.dying = kDyingEntries;
  }
  if (plan.needs.follows_skb) entries.parents = plan.needs.parents ? kTrackedEntries : kIdEntries;
  if (plan.needs.follows_xdp) entries.heads = kTrackedEntries;
  if (plan.needs.follows_stack) entries.stacks = kStackEntries;
  if (plan.needs.paths) entries.paths = path_entries(config);
  if (plan.needs.map_calls) entries.lookups = kStackEntries;
  return entries;
}

pwru_config config_of_programs(const pwru_config& of_functions) {
  pwru_config config = of_functions;
  config.has_func_ip = 0;
  config.parts &= ~uint32_t{PWRU_PART_CALLER | PWRU_PART_NFT | PWRU_PART_XT | PWRU_PART_PATH};
  return config;
}

pwru_config config_of_xdp(const pwru_config& of_tc, bool has_values) {
  pwru_config config = of_tc;
  config.parts &= kXdpParts;
  if (has_values) config.parts |= PWRU_PART_EXPR;
  config.filter_copies = 1;
  config.vmemmap_base = 0;  // no skb_shared_info to look for page fragments
  return config;
}

}  // namespace

void make_configs(const Inputs& inputs, Plan& plan) {
  pwru_config& config = plan.config;
  set_kernel(inputs, plan, config);
  set_filters(inputs, plan, config);
  set_record(inputs, plan, config);
  set_ends(plan, config);
  set_following(inputs, plan, config);
  if (plan.needs.paths) set_paths(inputs, plan.functions.found, config);
  config.never_evicted =
      kTrackedEntries - std::min(kTrackedEntries, kFreeEntriesOfCpu * (inputs.cpus + 1));
  config.has_hit = is_plain(plan) && !plan.filters.hit.object.empty();
  plan.family = family_of(plan);
  plan.death_config = config;
  if (!plan.deaths.functions.empty()) {
    config.parts = parts_of_way(config.parts, inputs.has_drop_reasons);
    forget_ends(config);
  }
  plan.tc_config = config_of_programs(config);
  plan.xdp_config = config_of_xdp(plan.tc_config, !plan.expressions.xdp.values.empty());
  // All of them write into the same rings.
  RingWish rings = {inputs.options.output_buffer_bytes, inputs.cpus, plan.needs.nesting_rings, 0};
  for (const pwru_config* each : {&config, &plan.death_config, &plan.tc_config, &plan.xdp_config})
    rings.record_max_bytes = std::max(rings.record_max_bytes, pwru_record_max_bytes(each));
  for (pwru_config* each : {&config, &plan.death_config, &plan.tc_config, &plan.xdp_config})
    set_sizes(rings, *each);
  plan.entries = map_entries(plan);
}

}  // namespace pwru::plan
