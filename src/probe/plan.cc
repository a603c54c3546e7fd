// SPDX-License-Identifier: Apache-2.0
#include "probe/plan.h"

#include <algorithm>
#include <map>

#include "kernel/netfilter/nft.h"
#include "kernel/symbols/packet_ends.h"

namespace pwru::probe {

bool Plan::may_stand_behind_site(const Group& group, uint64_t address) const {
  return has_ftrace_sites && !group.must_stand_at_start &&
         !std::binary_search(last_of_modules.begin(), last_of_modules.end(), address);
}

bool is_last_of_module(const kernel::Symbols& symbols, uint64_t address) {
  size_t index = symbols.index_of(address);
  if (index == symbols.size() || symbols.at(index).module.empty()) return false;
  const std::string_view module = symbols.at(index).module;
  while (index < symbols.size() && symbols.at(index).addr == address) index++;
  return index == symbols.size() || symbols.at(index).module != module;
}

namespace {

class Planner {
 public:
  Planner(const program::Programs& programs, const plan::Release& release,
          const plan::FentryIds& fentry_ids)
      : programs_(programs), release_(release), fentry_ids_(fentry_ids) {}

  void add(const kernel::Function& function) {
    bpf_program* program = programs_.for_function(function);
    bpf_program* fentry = programs_.fentry_by_arg[function.skb_arg];
    if (release_.addr && function.addr == release_.addr) {
      program = programs_.trace_release;
      fentry = programs_.fentry_end;
      shows_release_ = true;
    } else if (programs_.trace_dying && kernel::runs_after_release(function)) {
      looks_behind_release_ = true;
      shows_gone_ |= function.addr == release_.gone_addr;
      shows_cached_ |= function.addr == release_.cached_addr;
      program = programs_.trace_dying;
      fentry = programs_.fentry_end;
    }
    if (function.map_op == kernel::MapOp::Lookup) lookups_.push_back(kernel::site_of(function));
    put({program, fentry}, kernel::site_of(function), function.skb_arg);
  }

  void add_release() {
    if (release_.addr && !shows_release_)
      put({programs_.release, programs_.fentry_end},
          {release_.addr, kernel::SiteKind::Function, release_.name, "", release_.addr}, 1);
    // Functions that look for the id behind the release would find that of an earlier packet.
    if ((release_.watches_gone || looks_behind_release_) && !shows_gone_)
      watch(plan::kGone, release_.gone_addr);
    if (looks_behind_release_ && !shows_cached_) watch(plan::kCached, release_.cached_addr);
  }

  // Returns come first: of two probes at one address, the one that was added last runs first.
  std::vector<Group> take() {
    std::vector<Group> groups;
    if (!lookups_.empty())
      groups.push_back({programs_.map_lookup_return, std::move(lookups_), true, true});
    const bpf_program* const lookup =
        programs_.by_map_op[static_cast<size_t>(kernel::MapOp::Lookup)];
    for (auto& [program, group] : groups_) {
      group.must_stand_at_start = program && program == lookup;
      group.ends_ids =
          release_.addr && std::ranges::find(group.sites, release_.addr, &kernel::Site::address) !=
                               group.sites.end();
      groups.push_back(std::move(group));
    }
    return groups;
  }

 private:
  struct Choice {
    bpf_program* program = nullptr;
    bpf_program* fentry = nullptr;
  };

  // No event; 0: this kernel has no such function.
  void watch(const char* name, uint64_t address) {
    if (address)
      put({programs_.release, nullptr}, {address, kernel::SiteKind::Function, name, "", address},
          1);
  }

  void put(Choice choice, kernel::Site site, uint8_t skb_arg) {
    const auto id = choice.fentry ? fentry_ids_.find(site.address) : fentry_ids_.end();
    const bool is_fentry = id != fentry_ids_.end();
    Group& group = groups_[is_fentry ? choice.fentry : choice.program];
    group.program = is_fentry ? choice.fentry : choice.program;
    if (is_fentry) {
      group.instead = choice.program;
      group.fentry_ids.push_back(id->second);
      group.skb_args.push_back(skb_arg);
    }
    group.sites.push_back(std::move(site));
  }

  const program::Programs& programs_;
  const plan::Release& release_;
  const plan::FentryIds& fentry_ids_;
  std::map<bpf_program*, Group> groups_;
  std::vector<kernel::Site> lookups_;
  bool shows_release_ = false;
  bool shows_gone_ = false, shows_cached_ = false;
  bool looks_behind_release_ = false;
};

}  // namespace

Plan make_plan(const kernel::Functions& functions, const kernel::Symbols& symbols,
               const program::Programs& programs, const plan::Release& release,
               const plan::FentryIds& fentry_ids) {
  Plan plan;
  plan.left_out = functions.left_out;
  plan.has_ftrace_sites = functions.are_in_ftrace_list;
  Planner planner(programs, release, fentry_ids);
  for (const kernel::Function& function : functions.found) {
    planner.add(function);
    if (!function.module.empty() && is_last_of_module(symbols, function.addr))
      plan.last_of_modules.push_back(function.addr);
  }
  std::ranges::sort(plan.last_of_modules);
  planner.add_release();
  plan.groups = planner.take();
  return plan;
}

void add_sites(Plan& plan, bpf_program* program, std::vector<kernel::Site> sites,
               const kernel::Symbols& symbols) {
  if (!program || sites.empty()) return;
  for (const kernel::Site& site : sites)
    if (is_last_of_module(symbols, site.address)) plan.last_of_modules.push_back(site.address);
  std::ranges::sort(plan.last_of_modules);
  plan.groups.insert(plan.groups.begin(), {program, std::move(sites)});
}

namespace {

void add_returns(Plan& plan, bpf_program* program, std::vector<kernel::Site> sites,
                 const kernel::Symbols& symbols) {
  if (!program || sites.empty()) return;
  add_sites(plan, program, std::move(sites), symbols);
  plan.groups.front().is_return = true;
}

}  // namespace

void add_nft(Plan& plan, const program::Programs& programs, std::vector<kernel::Site> sites,
             const kernel::Symbols& symbols) {
  auto returning = kernel::sites_that_return(sites);
  add_sites(plan, programs.nft, std::move(sites), symbols);
  add_returns(plan, programs.nft_returns, std::move(returning), symbols);
}

void add_xtables(Plan& plan, const program::Programs& programs, const kernel::Xtables& xtables,
                 const kernel::Symbols& symbols) {
  add_sites(plan, programs.xt_passes, xtables.tables, symbols);
  add_sites(plan, programs.xt_passes, xtables.bridges, symbols);
  add_returns(plan, programs.ebt_ends, xtables.bridges, symbols);
  add_sites(plan, programs.xt_replaced, xtables.replaced, symbols);
  add_sites(plan, programs.xt_hook, xtables.hooks, symbols);
  add_sites(plan, programs.ct_clash, xtables.clash, symbols);
  add_returns(plan, programs.ct_clash_ends, xtables.clash, symbols);
  add_returns(plan, programs.ct_full, xtables.full, symbols);
}

size_t count_sites(const Plan& plan) {
  size_t count = 0;
  for (const Group& group : plan.groups) count += group.sites.size();
  return count;
}

}  // namespace pwru::probe
