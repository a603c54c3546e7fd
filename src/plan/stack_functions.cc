// SPDX-License-Identifier: Apache-2.0
#include "plan/stack_functions.h"

#include "base/log.h"
#include "kernel/symbols/bpf_helpers.h"
#include "kernel/symbols/map_functions.h"
#include "kernel/symbols/named_functions.h"
#include "plan/needs.h"

namespace pwru::plan {
namespace {

Result<> add_named(const cli::Options& options, const kernel::Symbols& symbols,
                   std::string_view available, kernel::Functions& functions) {
  if (options.filter_non_skb_funcs.empty()) return {};
  auto named = kernel::find_named_functions(options.filter_non_skb_funcs, symbols, available);
  if (named.found.empty())
    return fail(fmt::format("probe the functions of --filter-non-skb-funcs: '{}': {}",
                            named.left_out.front().name, named.left_out.front().why),
                ExitCode::BadUsage);
  for (const kernel::NotProbed& left_out : named.left_out)
    log_warn("--filter-non-skb-funcs: '{}' is not probed: {}", left_out.name, left_out.why);
  kernel::add_functions(std::move(named.found), functions);
  return {};
}

// A helper that ftrace does not know cannot be probed; that is not the user's mistake.
Result<> add_helpers(const kernel::Symbols& symbols, std::string_view available,
                     kernel::Functions& functions) {
  PWRU_ASSIGN(const auto helpers, kernel::find_called_helpers(symbols));
  for (const std::string& program : helpers.unreadable)
    log_warn("--filter-track-bpf-helpers: the kernel does not show the code of BPF program {}",
             program);
  if (helpers.programs == 0)
    log_warn("--filter-track-bpf-helpers: no BPF program that handles packets is loaded");
  auto named = kernel::find_named_functions(helpers.names, symbols, available);
  for (const kernel::NotProbed& left_out : named.left_out)
    functions.left_out["BPF helpers: " + left_out.why]++;
  kernel::add_functions(std::move(named.found), functions);
  return {};
}

// All that this kernel has; and those that were named anyway, as the helpers, get the same.
Result<> add_map_functions(const kernel::Btf& vmlinux, const kernel::Symbols& symbols,
                           std::string_view available, kernel::Functions& functions) {
  auto named = kernel::find_named_functions(kernel::map_functions(vmlinux), symbols, available);
  if (named.found.empty())
    return fail("--output-bpfmap: this kernel shows no function of BPF maps that can be probed",
                ExitCode::NotSupported);
  kernel::add_functions(std::move(named.found), functions);
  for (kernel::Function& function : functions.found)
    if (function.skb_arg == 0) function.map_op = kernel::map_op_of(vmlinux, function.name);
  return {};
}

}  // namespace

Result<> add_stack_functions(const cli::Options& options, const kernel::Btf& vmlinux,
                             const kernel::Symbols& symbols, std::string_view available,
                             kernel::Functions& functions) {
  if (!needs_of(options).follows_stack) return {};
  PWRU_TRY(add_named(options, symbols, available, functions));
  if (options.filter_track_bpf_helpers) PWRU_TRY(add_helpers(symbols, available, functions));
  if (options.output_bpfmap) PWRU_TRY(add_map_functions(vmlinux, symbols, available, functions));
  return {};
}

}  // namespace pwru::plan
