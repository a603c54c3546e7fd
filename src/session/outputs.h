// SPDX-License-Identifier: Apache-2.0
// From the options to the output: what is resolved, where it goes, in which format.
#pragma once

#include <memory>
#include <vector>

#include "cli/options.h"
#include "output/file/target.h"
#include "output/sink.h"
#include "plan/plan.h"
#include "resolve/resolver.h"

namespace pwru {

// Opened before anything is attached, so that a bad path costs nothing.
[[nodiscard]] Result<output::Target> open_output(const cli::Options& options);

// Looks up what the sink is going to show; `facts` must outlive the result.
[[nodiscard]] Result<resolve::Resolver> make_resolver(const cli::Options& options,
                                                      const plan::Plan& plan,
                                                      const resolve::Facts& facts);

// Text or JSON; `target` must outlive it.
[[nodiscard]] std::unique_ptr<output::Sink> make_sink(const cli::Options& options,
                                                      const plan::Plan& plan,
                                                      output::Target& target);

}  // namespace pwru
