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
  // Stacks lead through modules that are not traced.
  const bool names_all = plan::needs_of(options_).address_names && !changes.appeared.empty();
  if (!with_btf.empty() || names_all) search(std::move(with_btf));
}

// When these modules were found to be gone, the rings may still have held events of them.
void LateModules::forget_gone() {
  for (const std::string& module : gone_) known_.forget(module);
  gone_.clear();
}

void LateModules::search(std::vector<std::string> modules) {
  search_ = std::async(std::launch::async,
                       [this, modules = std::move(modules)] { return find(modules); });
}

// Runs in a thread.
Result<LateModules::Found> LateModules::find(const std::vector<std::string>& modules) const {
  Found found = {join(modules), "", {}, {}, {}};
  PWRU_ASSIGN(found.symbols, plan::read_symbols_again(files_));
  if (modules.empty()) return found;
  const auto cannot = [&](Error error) {
    found.why_not = were_loaded(found.modules) + " and cannot be traced: " + error.what;
    return std::move(found);
  };
  auto btf = kernel::load_module_btf(vmlinux_, modules);
  if (!btf) return cannot(std::move(btf.error()));
  found.btf = std::move(*btf);
  auto functions =
      plan::find_module_functions(options_, vmlinux_, found.btf, found.symbols, files_);
  if (!functions) return cannot(std::move(functions.error()));
  found.functions = std::move(*functions);
  return found;
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

// None when there is nothing to attach, and nothing to say of what is left out.
std::optional<probe::Plan> LateModules::plan_of(Found& found) {
  found.functions.found = take_attachable(found.functions);
  std::vector<kernel::Site> nft_sites = nft_sites_of(found.btf, found.symbols);
  const kernel::Xtables xtables = xtables_of(found.btf, found.symbols);
  const bool chose_others = !options_.filter_func.text.empty();
  if (found.functions.found.empty() && found.functions.left_out.empty() && nft_sites.empty() &&
      xtables.is_empty() && chose_others)
    return std::nullopt;
  probe::Plan plan =
      probe::make_plan(found.functions, found.symbols, tracer_.programs(), plan::Release{});
  probe::add_nft(plan, tracer_.programs(), std::move(nft_sites), found.symbols);
  probe::add_xtables(plan, tracer_.programs(), xtables, found.symbols);
  return plan;
}

Result<> LateModules::attach_found(Result<Found> result) {
  if (!result) return tl::unexpected<Error>(std::move(result.error()));
  forget_gone();
  std::optional<probe::Plan> attach_plan;
  if (!result->btf.empty()) attach_plan = plan_of(*result);
  // The output knows what it needs for an event before the event can come.
  known_.learn(result->btf, result->functions.found);
  if (plan::needs_of(options_).address_names) known_.learn_symbols(std::move(result->symbols));
  if (!result->why_not.empty()) return fail(std::move(result->why_not));
  if (!attach_plan) return {};
  PWRU_TRY(tracer_.publish_functions());

  auto attached = hook_.attach_more(std::move(*attach_plan));
  if (!attached)
    return fail(were_loaded(result->modules) + " and cannot be traced: " + attached.error().what);
  kernel::LeftOut& left_out = result->functions.left_out;
  for (const auto& [reason, count] : attached->left_out) left_out[reason] += count;
  log_info("{}: attached to {} functions; left out: {}", were_loaded(result->modules),
           attached->count, kernel::describe(left_out));
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
