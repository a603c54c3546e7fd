// SPDX-License-Identifier: Apache-2.0
#include "session/late_modules.h"

#include <algorithm>

#include "base/log.h"
#include "base/strings.h"
#include "kernel/netfilter/nft.h"
#include "kernel/netfilter/xtables.h"
#include "plan/needs.h"
#include "probe/plan.h"

namespace pwru {
namespace {

constexpr auto kPause = std::chrono::milliseconds(100);
constexpr const char* kNoProgram =
    "their skb is an argument that no function had before; start pwru again to trace them";

bool is_wanted(const cli::Options& options, const std::string& module) {
  return !options.kmods || std::ranges::find(*options.kmods, module) != options.kmods->end();
}

// `modules` are names with commas between them.
std::string were_loaded(const std::string& modules) {
  return modules.find(',') == std::string::npos ? fmt::format("module {} was loaded", modules)
                                                : fmt::format("modules {} were loaded", modules);
}

}  // namespace

void LateModules::poll() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_look_ < kPause) return;
  last_look_ = now;
  if (!search_.valid()) return look_for_changes();
  if (search_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
  if (auto attached = attach_found(search_.get()); !attached) log_warn("{}", attached.error().what);
}

void LateModules::look_for_changes() {
  forget_gone();
  const kernel::ModuleChanges changes = watch_.look();
  gone_ = changes.gone;
  std::vector<std::string> with_btf, without;
  for (const std::string& module : changes.appeared)
    if (is_wanted(options_, module))
      (kernel::has_module_btf(module) ? with_btf : without).push_back(module);
  if (!without.empty())
    log_warn(
        "{} and cannot be traced: this kernel has no BTF for {} (Linux 5.11 with "
        "CONFIG_DEBUG_INFO_BTF_MODULES)",
        were_loaded(join(without)), without.size() == 1 ? "it" : "them");
  if (!with_btf.empty()) search(std::move(with_btf));
}

// When these modules were found to be gone, the rings may still have held events of them.
void LateModules::forget_gone() {
  for (const std::string& module : gone_) known_.forget(module);
  gone_.clear();
}

void LateModules::search(std::vector<std::string> modules) {
  search_ =
      std::async(std::launch::async,
                 [&options = options_, &vmlinux = vmlinux_, &files = files_,
                  modules = std::move(modules)]() -> Result<Found> {
                   Found found = {join(modules), {}, {}};
                   const std::string what = were_loaded(found.modules) + " and cannot be traced: ";
                   auto btf = kernel::load_module_btf(vmlinux, modules);
                   if (!btf) return fail(what + btf.error().what);
                   found.btf = std::move(*btf);
                   auto functions = plan::find_module_functions(options, vmlinux, found.btf, files);
                   if (!functions) return fail(what + functions.error().what);
                   found.functions = std::move(*functions);
                   return found;
                 });
}

// Those that a program that is loaded can be attached to; the others are left out.
std::vector<kernel::Function> LateModules::take_attachable(kernel::Functions& functions) {
  std::vector<kernel::Function> taken;
  for (kernel::Function& function : functions.found) {
    // Loaded while the functions were looked for at the start.
    if (known_.has_function(function.addr)) continue;
    if (tracer_.can_trace(function))
      taken.push_back(std::move(function));
    else
      functions.left_out[kNoProgram]++;
  }
  return taken;
}

// The parts of rules that these modules brought. The program knows one nf_tables, that of the
// start.
std::vector<kernel::Site> LateModules::nft_sites_of(const std::vector<kernel::ModuleBtf>& modules,
                                                    const kernel::Symbols& symbols) const {
  if (!cli::asks_for_deaths(options_) || options_.kmods) return {};
  std::vector<kernel::Site> sites = kernel::nft_sites(symbols);
  std::erase_if(sites, [&](const kernel::Site& site) {
    return std::ranges::find(modules, site.module, &kernel::ModuleBtf::module) == modules.end();
  });
  if (std::ranges::any_of(sites, kernel::begins_rules)) {
    log_info("module {} was loaded: start pwru again to see which rule drops a packet",
             kernel::kNftModule);
    return {};
  }
  return tracer_.programs().nft ? sites : std::vector<kernel::Site>();
}

// The hooks that these modules brought, as far as programs are there. The program knows the tables
// of the start.
kernel::Xtables LateModules::xtables_of(const std::vector<kernel::ModuleBtf>& modules,
                                        const kernel::Symbols& symbols) const {
  if (!cli::asks_for_deaths(options_) || options_.kmods) return {};
  kernel::Xtables late = kernel::find_xtables(symbols, {}, 1);
  for (auto* sites : {&late.tables, &late.bridges, &late.hooks, &late.full, &late.clash})
    std::erase_if(*sites, [&](const kernel::Site& site) {
      return std::ranges::find(modules, site.module, &kernel::ModuleBtf::module) == modules.end();
    });
  for (const auto* sites : {&late.tables, &late.bridges})
    for (const kernel::Site& site : *sites)
      log_info("module {} was loaded: start pwru again to see which of its rules drops a packet",
               site.module);
  const program::Programs& programs = tracer_.programs();
  if ((!late.hooks.empty() && !programs.xt_hook) || (!late.full.empty() && !programs.ct_full))
    log_info("a module of netfilter was loaded: start pwru again to see what it drops");
  late.tables.clear();
  late.bridges.clear();
  late.replaced.clear();
  return late;
}

Result<> LateModules::attach_found(Result<Found> result) {
  if (!result) return tl::unexpected<Error>(std::move(result.error()));
  forget_gone();
  kernel::Functions more = std::move(result->functions.functions);
  more.found = take_attachable(more);
  const bool chose_others = !options_.filter_func.text.empty();
  std::vector<kernel::Site> nft_sites = nft_sites_of(result->btf, result->functions.symbols);
  const kernel::Xtables xtables = xtables_of(result->btf, result->functions.symbols);
  if (more.found.empty() && more.left_out.empty() && nft_sites.empty() && xtables.is_empty() &&
      chose_others)
    return {};

  // The output knows what it needs for an event before the event can come.
  known_.learn(result->btf, more.found);
  probe::Plan attach_plan =
      probe::make_plan(more, result->functions.symbols, tracer_.programs(), plan::Release{});
  probe::add_nft(attach_plan, tracer_.programs(), std::move(nft_sites), result->functions.symbols);
  probe::add_xtables(attach_plan, tracer_.programs(), xtables, result->functions.symbols);
  if (plan::needs_of(options_).address_names)
    known_.learn_symbols(std::move(result->functions.symbols));
  PWRU_TRY(tracer_.publish_functions());

  auto attached = hook_.attach_more(std::move(attach_plan));
  if (!attached)
    return fail(were_loaded(result->modules) + " and cannot be traced: " + attached.error().what);
  for (const auto& [reason, count] : attached->left_out) more.left_out[reason] += count;
  log_info("{}: attached to {} functions; left out: {}", were_loaded(result->modules),
           attached->count, kernel::describe(more.left_out));
  return {};
}

bool KnownModules::has_function(uint64_t address) const {
  return std::ranges::binary_search(functions.found, address, {}, &kernel::Function::addr);
}

void KnownModules::learn(const std::vector<kernel::ModuleBtf>& modules,
                         const std::vector<kernel::Function>& found) const {
  for (const kernel::ModuleBtf& module : modules) reasons.add(*module.btf);
  functions.found.insert(functions.found.end(), found.begin(), found.end());
  std::ranges::sort(functions.found, {}, &kernel::Function::addr);
}

void KnownModules::learn_symbols(kernel::Symbols symbols) const {
  known.symbols = std::move(symbols);
  names.forget_symbols();
}

void KnownModules::forget(const std::string& module) const {
  std::erase_if(functions.found,
                [&](const kernel::Function& function) { return function.module == module; });
  names.forget_module(module);
}

}  // namespace pwru
