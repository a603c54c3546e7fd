// SPDX-License-Identifier: Apache-2.0
// Which programs of the tracer's object a trace uses.
#pragma once

#include <bpf/libbpf.h>

#include <array>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kernel/symbols/functions.h"
#include "plan/plan.h"

namespace pwru::program {

// One that this trace does not use is null.
struct Programs {
  // By the position of the skb; [0]: for functions that have none.
  std::array<bpf_program*, 6> by_arg = {};
  bpf_program* list = nullptr;                 // for a function that takes a list of skbs
  std::array<bpf_program*, 4> by_map_op = {};  // by kernel::MapOp; [0]: null
  bpf_program* map_lookup_return = nullptr;    // for the return of a look-up
  // skb_release_head_state: shown, or only watched; and the functions that run after it. With
  // config.release_addr the three are one program.
  bpf_program* trace_release = nullptr;
  bpf_program* release = nullptr;
  bpf_program* trace_dying = nullptr;
  // Of fentry-multi: by the position of the skb, and for the end of its life.
  std::array<bpf_program*, 6> fentry_by_arg = {};
  bpf_program* fentry_end = nullptr;
  // For the functions of `deaths`, like by_arg and list.
  std::array<bpf_program*, 6> death_by_arg = {};
  bpf_program* death_list = nullptr;
  plan::Deaths deaths;
  bpf_program* nft = nullptr;          // where rules of nf_tables are watched
  bpf_program* nft_returns = nullptr;  // for the return of functions there
  bpf_program* xt_passes = nullptr;    // where packets enter a table of iptables-legacy etc.
  bpf_program* xt_hook = nullptr;      // at other hooks of netfilter
  bpf_program* xt_replaced = nullptr;  // where such a table is replaced
  bpf_program* ebt_ends = nullptr;     // for the return of a table of ebtables-legacy
  bpf_program* ct_full = nullptr;  // where conntrack refuses packets: for the return of functions
  bpf_program* ct_clash = nullptr;
  bpf_program* ct_clash_ends = nullptr;
  std::vector<bpf_program*> copies;  // fentry and fexit where a packet is made of another

  [[nodiscard]] bpf_program* for_function(const kernel::Function& function) const;
};

// "hit" of pwru_hit_1, for example.
[[nodiscard]] std::string_view name_of(plan::Family family);

// Of an object that is open. Only the programs that are used will be loaded.
[[nodiscard]] Result<Programs> pick_programs(bpf_object* object, const plan::Plan& plan);

// The same of the object of fentry-multi.
[[nodiscard]] Result<> pick_fentry_programs(bpf_object* object, const plan::Plan& plan,
                                            Programs& programs);

// The same of the object whose programs are where packets die.
[[nodiscard]] Result<> pick_death_programs(bpf_object* object, const plan::Plan& plan,
                                           Programs& programs);

}  // namespace pwru::program
