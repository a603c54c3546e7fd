// SPDX-License-Identifier: Apache-2.0
// The plan of a trace: what is probed, filtered, captured and kept, as one value. It is made of the
// options and of what the kernel offers, without asking the kernel anything. No later stage decides
// about any of it; pwru_config is written here only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "abi/config.h"
#include "base/result.h"
#include "cli/options.h"
#include "kernel/features.h"
#include "kernel/netfilter/xtables.h"
#include "kernel/symbols/functions.h"
#include "kernel/symbols/site.h"
#include "kernel/symbols/symbols.h"
#include "plan/arg_table.h"
#include "plan/backend.h"
#include "plan/expressions.h"
#include "plan/fentry_ids.h"
#include "plan/filters.h"
#include "plan/needs.h"
#include "plan/tracepoints.h"
#include "plan/tracking.h"

namespace pwru::plan {

// The namespace and the interface of --filter-netns and --filter-ifname, as the programs compare
// them.
struct PacketPlace {
  uint32_t netns = 0;    // inode number; 0: any
  uint32_t ifindex = 0;  // 0: any
};

// What a plan is made of.
struct Inputs {
  const cli::Options& options;
  const kernel::Btf& vmlinux;
  const kernel::Symbols& symbols;
  const kernel::Features& features;
  bool has_drop_reasons = false;
  uint32_t cpus = 1;  // possible ones
  PacketPlace place;
  kernel::Functions functions;
  Filters filters;
  Expressions expressions;
  TracepointSites tracepoints = {};  // with takes_tracepoints(), in the place of functions
  kernel::FunctionNames held = {};   // functions at which somebody else is, with fentry-multi
  std::vector<kernel::Site> nft_sites = {};  // with --drops and --why
  std::optional<pwru_nft_layout> nft_layout = {};
  kernel::Xtables xtables = {};  // with --drops and --why
};

// The programs at the functions' entries come in families, of which one is loaded: see
// bpf/hooks/functions.bpf.c.
enum class Family : uint8_t {
  Hit,      // the generated pwru_filter_hit() is all that decides
  Tracked,  // it and tracking
  Plain,    // a pcap filter, the fields of an skb and tracking
  Trace,    // everything
};

// How many entries the maps get whose size depends on the trace; an unused map has one.
struct MapEntries {
  uint32_t rings = 1;    // chunks of all rings; where records are sent, rings
  uint32_t tracked = 1;  // packets that are followed at once
  uint32_t dying = 1;    // packets between their release and the return of their memory
  uint32_t parents = 1;  // parents of packets, or ids that are given out
  uint32_t heads = 1;    // buffers between XDP and their skb
  uint32_t stacks = 1;   // call stacks that handle a packet
  uint32_t paths = 1;    // of packets, with their children
  uint32_t lookups = 1;  // look-ups in BPF maps that have not returned
};

// Functions where packets die, with --why at kprobes: they have programs of their own, which read
// more than those on the packet's way.
struct Deaths {
  std::vector<std::string_view> functions;  // names; empty: all functions have the same programs
  std::array<bool, 6> uses_arg = {};        // as Plan::uses_arg
  bool uses_list = false;
};

[[nodiscard]] bool is_death(const Deaths& deaths, const kernel::Function& function);

struct Plan {
  explicit Plan(Expressions compiled) : expressions(std::move(compiled)) {}

  cli::Backend backend = cli::Backend::KprobeMulti;
  Needs needs;
  bool uses_cast = false;  // of the two builds of the kernel side, the one with bpf_rdonly_cast
  bool has_cmpxchg = false;
  bool is_locked_down = false;       // so that programs may not copy kernel memory
  bool uses_old_copies = false;      // bpf_probe_read in the place of bpf_probe_read_kernel
  bool has_global_functions = true;  // false: each call is verified anew
  Family family = Family::Trace;

  kernel::Functions functions;  // that are probed; modules that come later add theirs
  TracepointSites tracepoints;  // that are traced instead
  // [1]..[5]: some function has its skb there; [0]: some function has none. One that takes a list
  // counts apart.
  std::array<bool, 6> uses_arg = {};
  bool uses_list = false;
  Deaths deaths;
  bool tells_refusals = false;        // functions that refuse packets are only shown with those
  std::optional<ArgTable> arg_table;  // with it one program does positions 2 to 5
  std::vector<std::string> copy_functions;  // that make one skb of another, and are followed
  Release release;                          // where ids end, with tracking
  FentryIds fentry_ids;                     // of the functions that fentry-multi gets
  size_t held_by_others = 0;                // functions that it does not get for that reason
  std::vector<kernel::Site> nft_sites;      // where rules of nf_tables are watched; none: nowhere
  kernel::Xtables xtables;                  // the same of iptables-legacy and conntrack

  Filters filters;
  Expressions expressions;

  MapEntries entries;
  pwru_config config = {};        // of the programs at functions
  pwru_config death_config = {};  // of those that Deaths is about
  pwru_config tc_config = {};     // of those at TC programs
  pwru_config xdp_config = {};    // of those at XDP programs
  // What this kernel cannot do for these options, a sentence each.
  std::vector<std::string> warnings;
};

// The error names what this kernel lacks.
[[nodiscard]] Result<Plan> make_plan(Inputs inputs);

}  // namespace pwru::plan
