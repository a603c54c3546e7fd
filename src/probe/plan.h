// SPDX-License-Identifier: Apache-2.0
// Which program goes to which site.
#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <vector>

#include "kernel/netfilter/xtables.h"
#include "kernel/symbols/functions.h"
#include "kernel/symbols/site.h"
#include "kernel/symbols/symbols.h"
#include "plan/fentry_ids.h"
#include "plan/tracking.h"
#include "program/programs.h"

namespace pwru::probe {

// One program and everything it is attached to.
struct Group {
  bpf_program* program = nullptr;
  std::vector<kernel::Site> sites;
  bool is_return = false;  // runs when these functions return
  // The return of these functions is probed as well, and the probe for that replaces the return
  // address on the stack. A probe behind the start of the function would not find the address.
  bool must_stand_at_start = false;
  // The ids of packets end here: without this probe a reused address is taken for the old packet.
  bool ends_ids = false;
  // Of a program of fentry-multi: what the kernel knows each site by, and where each has its skb.
  // Sites that it refuses get the other program, which is of kprobe-multi.
  std::vector<uint32_t> fentry_ids = {};
  std::vector<uint64_t> skb_args = {};
  bpf_program* instead = nullptr;
};

struct Plan {
  std::vector<Group> groups;
  kernel::LeftOut left_out;       // what was not found, or must not be probed
  bool has_ftrace_sites = false;  // every function is in ftrace's list
  bool unwinds = false;           // programs ask for call stacks
  // The last functions of modules, sorted. They are probed on their ftrace site. Elsewhere the
  // kernel wants to optimise the kprobe: can_optimize() decodes up to the end of what kallsyms
  // takes for the function, which includes the zeros up to the end of the page. The last
  // instruction may seem to reach into the next page. Since 6.4 that page may be missing; then the
  // kernel panics (seen on 6.12).
  std::vector<uint64_t> last_of_modules;

  // Whether a probe may stand behind the ftrace site of this function.
  [[nodiscard]] bool may_stand_behind_site(const Group& group, uint64_t address) const;
};

// True for a function of a module when no other symbol of the module lies behind it.
[[nodiscard]] bool is_last_of_module(const kernel::Symbols& symbols, uint64_t address);

// Functions go to the program of their argument position. Those that end the life of an skb go to
// programs of their own where packets have ids, also when the user did not ask to see them:
// `release` is where ids end, and has no address where nothing is followed.
[[nodiscard]] Plan make_plan(const kernel::Functions& functions, const kernel::Symbols& symbols,
                             const program::Programs& programs, const plan::Release& release,
                             const plan::FentryIds& fentry_ids = {});

// Adds these functions of nf_tables to the programs for their entries and returns.
void add_nft(Plan& plan, const program::Programs& programs, std::vector<kernel::Site> sites,
             const kernel::Symbols& symbols);

// Adds these functions, which take no skb, to the program for them. They are attached first, in
// their order.
void add_sites(Plan& plan, bpf_program* program, std::vector<kernel::Site> sites,
               const kernel::Symbols& symbols);

// The same for the rules of iptables-legacy and conntrack, whose programs are given by `programs`.
void add_xtables(Plan& plan, const program::Programs& programs, const kernel::Xtables& xtables,
                 const kernel::Symbols& symbols);

// Of all groups. A function in two of them counts twice.
[[nodiscard]] size_t count_sites(const Plan& plan);

}  // namespace pwru::probe
