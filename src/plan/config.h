// SPDX-License-Identifier: Apache-2.0
// The constants of the programs, pwru_config: written here and nowhere else.
#pragma once

#include "plan/plan.h"

namespace pwru::plan {

// Fills in plan.config, plan.tc_config, plan.xdp_config, plan.family and plan.entries from the
// rest of the plan, which must be complete.
void make_configs(const Inputs& inputs, Plan& plan);

}  // namespace pwru::plan
