// SPDX-License-Identifier: Apache-2.0
// Makes the hooks that the options ask for, and attaches and detaches them with a bar and a line
// for the user.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "cli/options.h"
#include "plan/plan.h"
#include "plan/prepare.h"
#include "probe/bpf_progs.h"
#include "probe/function_hook.h"
#include "probe/hooks.h"
#include "probe/tracepoints.h"
#include "program/tracer.h"
#include "resolve/names.h"

namespace pwru {

// For the functions of `plan`, by any backend but tracepoint. Also cleans up after tracers that
// were killed.
[[nodiscard]] Result<std::unique_ptr<probe::FunctionHook>> make_function_hook(
    const cli::Options& options, const plan::Prepared& prepared, const program::Tracer& tracer,
    probe::Plan plan);

// For the TC and XDP programs that the options ask for; null where this kernel cannot trace them,
// which is an error if nothing else is traced. Each program that is traced gets its name in
// `names`, which must outlive the hook.
[[nodiscard]] Result<std::unique_ptr<probe::BpfProgs>> make_bpf_progs(
    const cli::Options& options, bool has_fexit, const plan::Plan& plan,
    const std::string& btf_path, const program::Tracer& tracer, resolve::Names& names);

// For the tracepoints of the plan. Each gets its name in `names`.
[[nodiscard]] Result<std::unique_ptr<probe::Tracepoints>> make_tracepoints(
    const plan::Plan& plan, const std::string& btf_path, const program::Tracer& tracer,
    resolve::Names& names);

// A bar and one line on stderr for each hook. False: the user asked to stop half way.
[[nodiscard]] Result<bool> attach(probe::Hooks& hooks);
void detach(probe::Hooks& hooks);

}  // namespace pwru
