// SPDX-License-Identifier: Apache-2.0
#include "probe/plan.h"

#include <algorithm>
#include <map>

#include "kernel/packet_ends.h"

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

Plan make_plan(const kernel::Functions& functions, const kernel::Symbols& symbols,
               const program::Programs& programs, const plan::Release& release) {
  Plan plan;
  plan.left_out = functions.left_out;
  plan.has_ftrace_sites = functions.are_in_ftrace_list;
  std::map<bpf_program*, std::vector<kernel::Site>> by_program;
  std::vector<kernel::Site> lookups;
  bool shows_release = false;
  for (const kernel::Function& function : functions.found) {
    bpf_program* program = programs.for_function(function);
    if (release.addr && function.addr == release.addr) {
      program = programs.trace_release;
      shows_release = true;
    } else if (programs.trace_dying && kernel::runs_after_release(function)) {
      program = programs.trace_dying;
    }
    if (function.map_op == kernel::MapOp::Lookup) lookups.push_back(kernel::site_of(function));
    by_program[program].push_back(kernel::site_of(function));
    if (!function.module.empty() && is_last_of_module(symbols, function.addr))
      plan.last_of_modules.push_back(function.addr);
  }
  std::ranges::sort(plan.last_of_modules);
  if (release.addr && !shows_release)
    by_program[programs.release].push_back(
        {release.addr, kernel::SiteKind::Function, release.name, "", release.addr});
  // Returns come first: of two probes at one address, the one that was added last runs first.
  if (!lookups.empty())
    plan.groups.push_back({programs.map_lookup_return, std::move(lookups), true, true});
  const bpf_program* const lookup = programs.by_map_op[static_cast<size_t>(kernel::MapOp::Lookup)];
  for (auto& [program, sites] : by_program) {
    const bool has_returns = program && program == lookup;
    const bool ends_ids = release.addr && std::ranges::find(sites, release.addr,
                                                            &kernel::Site::address) != sites.end();
    plan.groups.push_back({program, std::move(sites), false, has_returns, ends_ids});
  }
  return plan;
}

size_t count_sites(const Plan& plan) {
  size_t count = 0;
  for (const Group& group : plan.groups) count += group.sites.size();
  return count;
}

}  // namespace pwru::probe
