// SPDX-License-Identifier: Apache-2.0
#include "stack_functions.h"

#include "base/log.h"
#include "kernel/named_functions.h"

namespace pwru {
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

}  // namespace

bool follows_by_stack(const cli::Options& options) {
  return options.filter_track_skb_by_stackid || !options.filter_non_skb_funcs.empty();
}

Result<> add_stack_functions(const cli::Options& options, const kernel::Symbols& symbols,
                             std::string_view available, kernel::Functions& functions) {
  if (!follows_by_stack(options)) return {};
#if !defined(__x86_64__)
  // Elsewhere the return address is in a register when a function begins.
  return fail("follow a packet by its call stack: this works on x86-64 only",
              ExitCode::NotSupported);
#endif
  return add_named(options, symbols, available, functions);
}

}  // namespace pwru
