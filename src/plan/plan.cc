// SPDX-License-Identifier: Apache-2.0
#include "plan/plan.h"

#include "kernel/packet_ends.h"
#include "plan/config.h"

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
  if (plan.backend == cli::Backend::KprobeMulti)
    plan.arg_table = make_arg_table(plan.functions.found);
}

}  // namespace

Result<Plan> make_plan(Inputs inputs) {
  Plan plan(std::move(inputs.expressions));
  plan.needs = needs_of(inputs.options);
  PWRU_ASSIGN(plan.backend, choose_backend(inputs.options.backend, inputs.features, plan.warnings));
  plan.uses_cast = inputs.features.rdonly_cast_id != 0;
  plan.functions = std::move(inputs.functions);
  plan.filters = std::move(inputs.filters);
  set_positions(plan);
  if (plan.needs.identity) plan.release = find_release(inputs.symbols);
  if (plan.needs.follows_skb) {
    if (inputs.features.has_fexit)
      plan.copy_functions = copy_functions(inputs.vmlinux, plan.needs.follows_xdp);
    add_tracking_warnings(plan.release, plan.copy_functions, inputs.features.has_fexit,
                          plan.warnings);
  }
  make_configs(inputs, plan);
  return plan;
}

}  // namespace pwru::plan
