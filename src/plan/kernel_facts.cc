// SPDX-License-Identifier: Apache-2.0
#include "plan/kernel_facts.h"

#include <bpf/libbpf.h>
#include <sys/utsname.h>

#include <algorithm>

#include "kernel/proc/mounted.h"
#include "kernel/proc/netns.h"
#include "plan/rights.h"

namespace pwru::plan {

// Without memory that both sides map, programs that outlive their links for a moment cannot be
// reported that all is over, as those of fexit must be (pwru_shared.is_over). And what records are
// sent by has one stream for each CPU, where fentry-multi has two.
void leave_out(const std::vector<cli::Feature>& unwanted, kernel::Features& features) {
  for (const cli::Feature feature : unwanted) {
    if (feature == cli::Feature::RingBuffer) features.has_ring_buffer = false;
    if (feature == cli::Feature::MmapArrays) features.has_mmapable_arrays = false;
    if (feature == cli::Feature::ProbeReadKernel) features.has_probe_read_kernel = false;
    if (feature == cli::Feature::Fexit) features.has_fexit = false;
    if (feature == cli::Feature::GlobalFunctions) features.has_global_functions = false;
    if (feature == cli::Feature::Cast) features.rdonly_cast_id = features.byte_window_id = 0;
  }
  if (features.has_mmapable_arrays) return;
  features.has_fexit = false;
  features.has_fentry_multi = false;
}

// Where nf_tables is not there, or has no types, there is nothing to report yet: see make_plan().
// --kmods leaves other modules alone, and then a part of a rule might not be watched.
void look_at_nft(const cli::Options& options, KernelFacts& facts) {
  if (!cli::asks_for_deaths(options) || options.kmods) return;
  facts.nft_sites = kernel::nft_sites(facts.known.symbols);
  if (facts.nft_sites.empty()) return;
  auto of_module = kernel::load_module_btf(*facts.btf, {std::string(kernel::kNftModule)});
  const kernel::Btf& types = of_module ? *of_module->front().btf : *facts.btf;
  facts.nft_layout = kernel::nft_layout(types, facts.known.symbols);
  utsname system = {};
  if (!facts.nft_layout && ::uname(&system) == 0)
    facts.nft_layout = kernel::nft_layout_of_release(system.release, facts.known.symbols);
}

// The modules that the tables need may be parts of vmlinux, and on 5.10 they have no types.
void look_at_xtables(const cli::Options& options, KernelFacts& facts) {
  if (!cli::asks_for_deaths(options) || options.kmods) return;
  std::vector<kernel::ModuleBtf> kept;
  const auto types_of = [&](std::initializer_list<const char*> modules) -> const kernel::Btf* {
    for (const char* module : modules) {
      auto loaded = kernel::load_module_btf(*facts.btf, {module});
      if (!loaded) continue;
      kept.push_back(std::move(loaded->front()));
      return kept.back().btf.get();
    }
    return facts.btf.get();
  };
  kernel::XtablesTypes types;
  types.tables = types_of({"x_tables"});
  types.bridges = types_of({"ebtables"});
  types.functions = types_of({"ip_tables", "ip6_tables", "arp_tables", "ebtables"});
  facts.xtables = kernel::find_xtables(facts.known.symbols, types, possible_cpus());
}

Result<KernelFacts> look_at_kernel(const cli::Options& options, Reading reading) {
  PWRU_TRY(kernel::require_proc());
  std::optional<kernel::ModuleWatch> watch;
  if (cli::wants_modules(options)) watch.emplace();
  PWRU_ASSIGN(auto btf, kernel::load_kernel_btf(options.kernel_btf));
  PWRU_ASSIGN(auto features, or_missing_rights(kernel::probe_features(*btf), options));
  if (options.backend == cli::Backend::FentryMulti) kernel::probe_fentry_multi(*btf, features);
  leave_out(options.pretend_without, features);
  if (reading == Reading::Copies) features.rdonly_cast_id = features.byte_window_id = 0;
  std::vector<kernel::ModuleBtf> modules;
  if (cli::wants_modules(options)) {
    PWRU_ASSIGN(modules,
                kernel::load_module_btf(*btf, options.kmods.value_or(std::vector<std::string>{})));
  }
  auto search = search_functions(options, *btf, modules);
  PWRU_ASSIGN(auto known, or_missing_rights(read_symbols(options, *btf, search), options));
  const bool wants_kprobes = options.backend && cli::uses_kprobes(*options.backend);
  kernel::probe_single_kprobe(known.symbols, wants_kprobes, features);
  // Without the list everything may be faster than it is, and works the same.
  kernel::FunctionNames held;
  if (features.has_fentry_multi)
    held = kernel::find_held_functions().value_or(kernel::FunctionNames{});
  auto reasons = kernel::DropReasons::collect(*btf, modules);
  std::optional<kernel::BtfFile> btf_file;
  if (!options.kernel_btf.empty()) {
    PWRU_ASSIGN(btf_file, kernel::BtfFile::create(*btf));
  }
  KernelFacts facts = {std::move(watch),  std::move(btf),     std::move(modules),
                       std::move(search), std::move(known),   std::move(features),
                       std::move(held),   std::move(reasons), std::move(btf_file)};
  look_at_nft(options, facts);
  look_at_xtables(options, facts);
  return facts;
}

Result<PacketPlace> find_packet_place(const cli::Options& options) {
  PacketPlace place;
  const bool is_path = options.filter_netns.starts_with('/');
  if (!options.filter_netns.empty()) {
    PWRU_ASSIGN(place.netns, kernel::netns_inode(options.filter_netns));
  }
  if (options.filter_ifname.empty()) return place;
  PWRU_ASSIGN(place.ifindex,
              kernel::ifindex_of(options.filter_ifname, is_path ? options.filter_netns : ""));
  if (!place.netns) {
    PWRU_ASSIGN(place.netns, kernel::current_netns_inode());
  }
  return place;
}

uint32_t possible_cpus() { return static_cast<uint32_t>(std::max(1, libbpf_num_possible_cpus())); }

}  // namespace pwru::plan
