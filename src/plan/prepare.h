// SPDX-License-Identifier: Apache-2.0
// All that is done before a trace makes anything that others can see.
#pragma once

#include "base/result.h"
#include "cli/options.h"
#include "plan/kernel_facts.h"
#include "plan/plan.h"

namespace pwru::plan {

struct Prepared {
  KernelFacts kernel;
  Plan plan;
};

// Asks the kernel what it offers, and plans the trace. Leaves nothing behind.
[[nodiscard]] Result<Prepared> prepare(const cli::Options& options,
                                       Reading reading = Reading::ByCastIfThereIsOne);

}  // namespace pwru::plan
