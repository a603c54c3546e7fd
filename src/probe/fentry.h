// SPDX-License-Identifier: Apache-2.0
// A trampoline for each function (fentry, Linux 5.5), and kprobes for what cannot have one.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "kernel/btf/btf.h"
#include "kernel/symbols/site.h"
#include "plan/plan.h"
#include "probe/function_hook.h"
#include "probe/plan.h"
#include "program/prog_template.h"

namespace pwru::probe {

// A function that gets a trampoline.
struct FentrySite {
  kernel::Site site;
  std::string_view program;  // pwru_fn_<program> of bpf/hooks/fentry.bpf.c
  uint32_t function_id = 0;
  uint8_t skb_arg = 1;
  Group instead;  // its group of kprobes, where the kernel refuses it
};

// What plan::Plan says of them.
struct FentryWish {
  plan::Family family = plan::Family::Trace;
  const plan::Release& release;
  const plan::FentryIds& ids;
};

// Takes the functions out of the plan that have an id.
[[nodiscard]] std::vector<FentrySite> take_fentry_sites(Plan& plan, const FentryWish& wish,
                                                        const program::Programs& programs);

using MakeFunctionHook = std::function<std::unique_ptr<FunctionHook>(Plan)>;

// `make_kprobes` makes the hook for the rest of the plan. `vmlinux` must outlive the attach.
[[nodiscard]] std::unique_ptr<FunctionHook> make_fentry(
    Plan plan, std::vector<FentrySite> sites, std::unique_ptr<program::ProgTemplate> programs,
    const kernel::Btf& vmlinux, MakeFunctionHook make_kprobes);

}  // namespace pwru::probe
