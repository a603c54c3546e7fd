// SPDX-License-Identifier: Apache-2.0
#include "probe/plan.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "kernel/packet_ends.h"
#include "plan/tracking.h"

namespace pwru::probe {
namespace {

// What runs on an skb between its release and the return of its memory (net/core/skbuff.c); also
// destructors, which skb_release_head_state() calls.
constexpr std::array kDyingFunctions = std::to_array<std::string_view>(
    {"skb_release_data", "skb_free_head", "kfree_skbmem", "napi_skb_cache_put", "skb_zcopy_clear",
     "skb_kfree_head", "sock_wfree", "__sock_wfree", "sock_rfree", "sock_efree", "sock_edemux",
     "sock_ofree", "sock_pfree", "tcp_wfree", "unix_destruct_scm", "netlink_skb_destructor",
     "tpacket_destruct_skb"});

bool is_dying_function(const kernel::Function& function) {
  return function.module.empty() && function.skb_arg == 1 &&
         std::find(kDyingFunctions.begin(), kDyingFunctions.end(), function.name) !=
             kDyingFunctions.end();
}

}  // namespace

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
               const program::Tracer& tracer, bool tracks) {
  Plan plan;
  plan.has_ftrace_sites = functions.are_in_ftrace_list;
  const plan::Release release = tracks ? plan::find_release(symbols) : plan::Release{};
  plan.release_function = release.name;
  std::map<bpf_program*, std::vector<uint64_t>> by_program;
  std::vector<uint64_t> lookups;
  bool shows_release = false;
  for (const kernel::Function& function : functions.found) {
    bpf_program* program =
        kernel::takes_list(function) ? tracer.list() : tracer.trace(function.skb_arg);
    if (function.map_op != kernel::MapOp::None) program = tracer.map(function.map_op);
    if (function.map_op == kernel::MapOp::Lookup) lookups.push_back(function.addr);
    if (tracks && function.addr == release.addr) {
      program = tracer.trace_release();
      shows_release = true;
    } else if (tracks && is_dying_function(function)) {
      program = tracer.trace_dying();
    }
    by_program[program].push_back(function.addr);
    if (!function.module.empty() && is_last_of_module(symbols, function.addr))
      plan.last_of_modules.push_back(function.addr);
  }
  std::sort(plan.last_of_modules.begin(), plan.last_of_modules.end());
  if (release.addr && !shows_release) by_program[tracer.release()].push_back(release.addr);
  // First the returns: of the probes at one address, the one that was added last runs first.
  if (!lookups.empty())
    plan.groups.push_back({tracer.map_lookup_return(), std::move(lookups), true, true});
  for (auto& [program, addresses] : by_program) {
    const bool has_returns = program && program == tracer.map(kernel::MapOp::Lookup);
    plan.groups.push_back({program, std::move(addresses), false, has_returns});
  }
  return plan;
}

}  // namespace pwru::probe
