// SPDX-License-Identifier: Apache-2.0
#include "program/programs.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "kernel/symbols/packet_ends.h"

namespace pwru::program {
namespace {

struct CopyProgram {
  const char* program;
  const char* function;
};
// The programs of bpf/hooks/copies.bpf.c and children.bpf.c, and what they watch.
constexpr std::array<CopyProgram, 19> kCopyPrograms = {{
    {"pwru_skb_clone", "skb_clone"},
    {"pwru_skb_copy", "skb_copy"},
    {"pwru_pskb_copy", "__pskb_copy_fclone"},
    {"pwru_skb_copy_expand", "skb_copy_expand"},
    {"pwru_skb_copy_header", "skb_copy_header"},
    {"pwru_cow_begins", "skb_pp_cow_data"},
    {"pwru_cow_ends", "skb_pp_cow_data"},
    {"pwru_expand_head", "pskb_expand_head"},
    {"pwru_segment", "skb_segment"},
    {"pwru_fragment4", "ip_do_fragment"},
    {"pwru_fragment6", "ip6_fragment"},
    {"pwru_next_fragment4", "ip_frag_next"},
    {"pwru_next_fragment6", "ip6_frag_next"},
    {"pwru_gro", "skb_gro_receive"},
    {"pwru_gro_list", "skb_gro_receive_list"},
    {"pwru_gro_free", "napi_skb_free_stolen_head"},
    {"pwru_reassembly_begins", "inet_frag_reasm_prepare"},
    {"pwru_reassembly_ends", "inet_frag_reasm_prepare"},
    {"pwru_release_seen", plan::kReleaseSeen},
}};

Result<bpf_program*> find_program(bpf_object* object, const char* name) {
  bpf_program* program = bpf_object__find_program_by_name(object, name);
  if (!program)
    return fail(
        fmt::format("the built-in BPF object has no program {}: this build is broken", name));
  return program;
}

// Has the program loaded if it is used; nullptr otherwise.
bpf_program* use(bpf_program* program, bool is_used, cli::Backend backend) {
  if (!is_used) return nullptr;
  bpf_program__set_autoload(program, true);
  if (cli::uses_kprobe_multi(backend))
    bpf_program__set_expected_attach_type(program, BPF_TRACE_KPROBE_MULTI);
  return program;
}

void load_nothing(bpf_object* object) {
  bpf_program* any = nullptr;
  bpf_object__for_each_program(any, object) bpf_program__set_autoload(any, false);
}

class Picker {
 public:
  Picker(bpf_object* object, const plan::Plan& plan) : object_(object), plan_(plan) {}

  // For the entries of the functions that take an skb.
  Result<> pick_for_skbs(Programs& programs) const;
  // For the end of an skb's life.
  Result<> pick_for_ends(Programs& programs) const;
  Result<> pick_for_maps(Programs& programs) const;
  Result<> pick_for_netfilter(Programs& programs) const;
  // For the functions of plan::Deaths.
  Result<> pick_for_deaths(Programs& programs) const;
  Result<> pick_for_copies(Programs& programs) const;
  [[nodiscard]] Result<bpf_program*> pick(const std::string& name, bool is_used) const;

 private:
  // "pwru_plain_1" and the like.
  [[nodiscard]] std::string name(std::string_view args) const;
  [[nodiscard]] const char* list_name() const;

  bpf_object* object_;
  const plan::Plan& plan_;
};

Result<bpf_program*> Picker::pick(const std::string& name, bool is_used) const {
  PWRU_ASSIGN(bpf_program* const program, find_program(object_, name.c_str()));
  return use(program, is_used, plan_.backend);
}

std::string Picker::name(std::string_view args) const {
  return fmt::format("pwru_{}_{}", name_of(plan_.family), args);
}

const char* Picker::list_name() const {
  return plan_.family == plan::Family::Trace ? "pwru_list_trace" : "pwru_list_plain";
}

Result<> Picker::pick_for_skbs(Programs& programs) const {
  PWRU_ASSIGN(bpf_program* const several, pick(name("2_to_5"), plan_.arg_table.has_value()));
  for (size_t arg = 1; arg <= 5; arg++) {
    const bool is_shared = arg > 1 && plan_.arg_table;
    PWRU_ASSIGN(programs.by_arg[arg],
                pick(name(std::to_string(arg)), plan_.uses_arg[arg] && !is_shared));
    if (is_shared) programs.by_arg[arg] = several;
  }
  PWRU_ASSIGN(programs.list, pick(list_name(), plan_.uses_list));
  return {};
}

Result<> Picker::pick_for_deaths(Programs& programs) const {
  for (size_t arg = 1; arg <= 5; arg++) {
    PWRU_ASSIGN(programs.death_by_arg[arg],
                pick(name(std::to_string(arg)), plan_.deaths.uses_arg[arg]));
  }
  PWRU_ASSIGN(programs.death_list, pick(list_name(), plan_.deaths.uses_list));
  programs.deaths = plan_.deaths;
  return {};
}

Result<> Picker::pick_for_netfilter(Programs& programs) const {
  if (!plan_.nft_sites.empty()) {
    PWRU_ASSIGN(programs.nft, pick("pwru_nft_passes", true));
    PWRU_ASSIGN(programs.nft_returns,
                pick("pwru_nft_returns", plan_.config.nft.notes_returns != 0));
  }
  const kernel::Xtables& xtables = plan_.xtables;
  if (xtables.is_empty()) return {};
  const bool has_tables = !xtables.tables.empty() || !xtables.bridges.empty();
  PWRU_ASSIGN(programs.xt_passes, pick("pwru_xt_passes", has_tables));
  PWRU_ASSIGN(programs.xt_replaced, pick("pwru_xt_replaced", has_tables));
  PWRU_ASSIGN(programs.ebt_ends, pick("pwru_ebt_ends", !xtables.bridges.empty()));
  PWRU_ASSIGN(programs.xt_hook, pick("pwru_xt_hook", !xtables.hooks.empty()));
  PWRU_ASSIGN(programs.ct_full, pick("pwru_ct_full", !xtables.full.empty()));
  PWRU_ASSIGN(programs.ct_clash, pick("pwru_ct_clash", !xtables.clash.empty()));
  PWRU_ASSIGN(programs.ct_clash_ends, pick("pwru_ct_clash_ends", !xtables.clash.empty()));
  return {};
}

Result<> Picker::pick_for_ends(Programs& programs) const {
  const bool tracks = plan_.needs.identity;
  const bool is_one = plan_.config.release_addr != 0;
  PWRU_ASSIGN(bpf_program* const end, pick("pwru_trace_end", tracks && is_one));
  PWRU_ASSIGN(programs.trace_release, pick("pwru_trace_release", tracks && !is_one));
  PWRU_ASSIGN(programs.release, pick("pwru_release", tracks && !is_one));
  PWRU_ASSIGN(programs.trace_dying, pick("pwru_trace_dying", tracks && !is_one));
  if (end) programs.trace_release = programs.release = programs.trace_dying = end;
  return {};
}

Result<> Picker::pick_for_maps(Programs& programs) const {
  constexpr std::array<const char*, 4> kNames = {"", "pwru_map_lookup", "pwru_map_update",
                                                 "pwru_map_delete"};
  const bool is_used = plan_.needs.map_calls;
  for (size_t op = 1; op < kNames.size(); op++) {
    PWRU_ASSIGN(programs.by_map_op[op], pick(kNames[op], is_used));
  }
  PWRU_ASSIGN(programs.map_lookup_return, pick("pwru_map_lookup_return", is_used));
  return {};
}

Result<> Picker::pick_for_copies(Programs& programs) const {
  for (const CopyProgram& copy : kCopyPrograms) {
    PWRU_ASSIGN(bpf_program* const program, find_program(object_, copy.program));
    const bool is_there =
        std::ranges::find(plan_.copy_functions, copy.function) != plan_.copy_functions.end();
    if (!plan_.needs.follows_skb || !is_there) continue;
    bpf_program__set_autoload(program, true);
    programs.copies.push_back(program);
  }
  return {};
}

}  // namespace

bpf_program* Programs::for_function(const kernel::Function& function) const {
  if (function.map_op != kernel::MapOp::None)
    return by_map_op[static_cast<size_t>(function.map_op)];
  if (plan::is_death(deaths, function))
    return kernel::takes_list(function) ? death_list : death_by_arg[function.skb_arg];
  return kernel::takes_list(function) ? list : by_arg[function.skb_arg];
}

std::string_view name_of(plan::Family family) {
  constexpr std::array<std::string_view, 4> kNames = {"hit", "tracked", "plain", "trace"};
  return kNames[static_cast<size_t>(family)];
}

Result<Programs> pick_programs(bpf_object* object, const plan::Plan& plan) {
  load_nothing(object);
  const Picker picker(object, plan);
  Programs programs;
  PWRU_ASSIGN(programs.by_arg[0], picker.pick("pwru_trace_stack", plan.uses_arg[0]));
  if (plan.deaths.functions.empty()) PWRU_TRY(picker.pick_for_netfilter(programs));
  PWRU_TRY(picker.pick_for_skbs(programs));
  PWRU_TRY(picker.pick_for_maps(programs));
  PWRU_TRY(picker.pick_for_ends(programs));
  PWRU_TRY(picker.pick_for_copies(programs));
  return programs;
}

Result<> pick_death_programs(bpf_object* object, const plan::Plan& plan, Programs& programs) {
  load_nothing(object);
  const Picker picker(object, plan);
  PWRU_TRY(picker.pick_for_netfilter(programs));
  return picker.pick_for_deaths(programs);
}

Result<> pick_fentry_programs(bpf_object* object, const plan::Plan& plan, Programs& programs) {
  load_nothing(object);
  const auto pick = [&](const std::string& name) -> Result<bpf_program*> {
    PWRU_ASSIGN(bpf_program* const program, find_program(object, name.c_str()));
    bpf_program__set_autoload(program, true);
    return program;
  };
  const std::string_view family = name_of(plan.family);
  if (plan.uses_arg[1]) {
    PWRU_ASSIGN(programs.fentry_by_arg[1], pick(fmt::format("pwru_{}_1", family)));
  }
  if (std::any_of(plan.uses_arg.begin() + 2, plan.uses_arg.end(), [](bool uses) { return uses; })) {
    PWRU_ASSIGN(bpf_program* const several, pick(fmt::format("pwru_{}_2_to_5", family)));
    std::fill(programs.fentry_by_arg.begin() + 2, programs.fentry_by_arg.end(), several);
  }
  if (plan.needs.identity && plan.config.release_addr) {
    PWRU_ASSIGN(programs.fentry_end, pick("pwru_trace_end"));
  }
  return {};
}

}  // namespace pwru::program
