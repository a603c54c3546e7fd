// SPDX-License-Identifier: Apache-2.0
#include "plan/prepare.h"

#include "plan/find_functions.h"
#include "plan/rights.h"

namespace pwru::plan {

Result<Prepared> prepare(const cli::Options& options, Reading reading) {
  // A mistake in a filter is reported before the kernel is asked anything.
  PWRU_ASSIGN(const ParsedFilters parsed, parse_filters(options));
  PWRU_ASSIGN(KernelFacts kernel, look_at_kernel(options, reading));
  PWRU_TRY(check_rights(options));
  // Filters and expressions become code for this kernel: it depends on its types and its features.
  PWRU_ASSIGN(auto filters, generate_filters(parsed, options, *kernel.btf, kernel.features));
  PWRU_ASSIGN(
      auto expressions,
      compile_expressions(options, *kernel.btf, kernel.features.lockdown != kernel::kLockedDown));
  kernel::Functions functions;
  TracepointSites tracepoints;
  const bool has_tracepoints = takes_tracepoints(options, kernel.features);
  if (has_tracepoints) {
    PWRU_ASSIGN(tracepoints, find_tracepoints(options, *kernel.btf, kernel.modules));
  } else {
    PWRU_ASSIGN(functions,
                find_functions(options, *kernel.btf, kernel.modules, kernel.search, kernel.known));
  }
  PWRU_ASSIGN(const auto place, or_missing_rights(find_packet_place(options), options));
  const bool attaches_kprobes = !has_tracepoints;
  PWRU_ASSIGN(auto plan,
              or_missing_rights(
                  make_plan({options, *kernel.btf, kernel.known.symbols, kernel.features,
                             !kernel.reasons.empty(), possible_cpus(), place, std::move(functions),
                             std::move(filters), std::move(expressions), std::move(tracepoints),
                             std::move(kernel.held), std::move(kernel.nft_sites), kernel.nft_layout,
                             std::move(kernel.xtables)}),
                  options, attaches_kprobes));
  return Prepared{std::move(kernel), std::move(plan)};
}

}  // namespace pwru::plan
