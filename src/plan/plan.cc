// SPDX-License-Identifier: Apache-2.0
#include "plan/plan.h"

#include <algorithm>
#include <iterator>

#include "kernel/symbols/packet_ends.h"
#include "plan/config.h"
#include "plan/lockdown.h"
#include "plan/triggers.h"

namespace pwru::plan {
namespace {

void set_positions(Plan& plan) {
  for (const kernel::Function& function : plan.functions.found) {
    if (kernel::takes_list(function))
      plan.uses_list = true;
    else
      plan.uses_arg[function.skb_arg] = true;
  }
  // With kprobe-multi each program has a link, and few links are taken off sooner than many.
  if (cli::uses_kprobe_multi(plan.backend)) plan.arg_table = make_arg_table(plan.functions.found);
}

void set_deaths(const Inputs& inputs, Plan& plan) {
  if (!plan.needs.deaths || plan.backend == cli::Backend::Tracepoint) return;
  plan.deaths.functions = kernel::names_of_drops(inputs.vmlinux);
  std::ranges::copy(kernel::names_of_refusals(), std::back_inserter(plan.deaths.functions));
  for (const kernel::Function& function : plan.functions.found) {
    if (!is_death(plan.deaths, function)) continue;
    if (kernel::takes_list(function))
      plan.deaths.uses_list = true;
    else
      plan.deaths.uses_arg[function.skb_arg] = true;
  }
}

void set_copy_functions(const Inputs& inputs, Plan& plan) {
  const bool has_fexit = inputs.features.has_fexit;
  if (has_fexit) plan.copy_functions = copy_functions(inputs.vmlinux, plan.needs.follows_xdp);
  if (plan.is_locked_down) keep_those_that_copy_nothing(plan.copy_functions);
  add_tracking_warnings(plan.release, plan.copy_functions, has_fexit, plan.warnings);
}

void set_fentry_sites(const Inputs& inputs, Plan& plan) {
  FentrySites sites = find_fentry_sites(plan.functions.found, plan.release, inputs.vmlinux,
                                        inputs.symbols, inputs.held);
  plan.fentry_ids = std::move(sites.ids);
  plan.held_by_others = sites.held_by_others;
  if (plan.backend == cli::Backend::FentryMulti || inputs.has_drop_reasons) return;
  // The reason of kfree_skb() is its caller then, which a trampoline does not know.
  for (const kernel::Function& function : plan.functions.found)
    if (function.name == "kfree_skb") plan.fentry_ids.erase(function.addr);
}

// The rules are read by copies, and at kprobes.
void set_nft(Inputs& inputs, Plan& plan) {
  if (inputs.nft_sites.empty() || plan.is_locked_down) return;
  if (plan.backend == cli::Backend::Tracepoint) return;
  if (inputs.nft_layout)
    plan.nft_sites = std::move(inputs.nft_sites);
  else
    plan.warnings.emplace_back(
        "what nftables drops is shown with its hook and without its rule: the BTF has no "
        "nf_tables");
}

// The same: by copies, and at kprobes.
void set_xtables(Inputs& inputs, Plan& plan) {
  if (plan.is_locked_down || plan.backend == cli::Backend::Tracepoint) return;
  plan.xtables = std::move(inputs.xtables);
}

// Functions that free a packet themselves, as TCP does, pass no tracepoint.
void watch_release(const Inputs& inputs, Plan& plan) {
  if (inputs.features.has_fexit && inputs.vmlinux.find(kReleaseSeen, BTF_KIND_FUNC))
    plan.copy_functions.emplace_back(kReleaseSeen);
  else
    plan.warnings.emplace_back(
        "without fentry programs packets are only seen to end at the tracepoints kfree_skb and "
        "consume_skb: a reused address may be taken for the old packet");
}

}  // namespace

bool is_death(const Deaths& deaths, const kernel::Function& function) {
  return function.module.empty() &&
         std::ranges::find(deaths.functions, function.name) != deaths.functions.end();
}

Result<Plan> make_plan(Inputs inputs) {
  Plan plan(std::move(inputs.expressions));
  plan.needs = needs_of(inputs.options);
  PWRU_ASSIGN(plan.backend, choose_backend(inputs.options, inputs.has_drop_reasons, inputs.features,
                                           plan.warnings));
  const bool has_tracepoints = plan.backend == cli::Backend::Tracepoint;
  const bool has_fentry =
      plan.backend == cli::Backend::Fentry || plan.backend == cli::Backend::FentryMulti;
  plan.needs.nesting_rings |= has_tracepoints || has_fentry;
  plan.uses_cast = inputs.features.rdonly_cast_id != 0;
  plan.uses_old_copies = !inputs.features.has_probe_read_kernel;
  plan.has_global_functions = inputs.features.has_global_functions;
  plan.has_cmpxchg = inputs.features.has_cmpxchg;
  plan.is_locked_down = inputs.features.lockdown == kernel::kLockedDown;
  plan.functions = std::move(inputs.functions);
  plan.tracepoints = std::move(inputs.tracepoints);
  plan.filters = std::move(inputs.filters);
  if (plan.is_locked_down) PWRU_TRY(check_lockdown(inputs.options, plan));
  plan.tells_refusals = cli::asks_for_deaths(inputs.options) && !has_tracepoints;
  set_positions(plan);
  set_deaths(inputs, plan);
  set_nft(inputs, plan);
  set_xtables(inputs, plan);
  if (plan.needs.identity) plan.release = find_release(inputs.symbols);
  plan.release.watches_gone = plan.needs.paths;
  if (has_fentry) set_fentry_sites(inputs, plan);
  if (plan.needs.follows_skb) set_copy_functions(inputs, plan);
  if (plan.needs.follows_skb && has_tracepoints) watch_release(inputs, plan);
  if (plan.needs.paths) PWRU_TRY(check_triggers(inputs.options, plan));
  make_configs(inputs, plan);
  return plan;
}

}  // namespace pwru::plan
