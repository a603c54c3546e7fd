// SPDX-License-Identifier: Apache-2.0
#include "plan/lockdown.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace pwru::plan {
namespace {

// Their programs in bpf/hooks/copies.bpf.c only look at the arguments.
constexpr auto kByArguments = std::to_array<std::string_view>(
    {"skb_clone", "skb_copy", "__pskb_copy_fclone", "skb_copy_expand"});

struct Copying {
  std::string_view name;
  bool is_used;
};

}  // namespace

Result<> check_lockdown(const cli::Options& options, const Plan& plan) {
  if (!plan.uses_cast)
    return fail(
        "read packets: the kernel is locked down (confidentiality), which forbids copies of its "
        "memory, and it has no plain loads (bpf_rdonly_cast, Linux 6.2); see kernel_lockdown(7)",
        ExitCode::NotSupported);
  const auto copying = std::to_array<Copying>({
      {"--output-skb", options.output_skb},
      {"--output-skb-shared-info", options.output_skb_shared_info},
      {"--output-skb-cb", options.output_skb_cb},
      {"--output-skb-metadata", !options.output_skb_metadata.empty()},
      {"--filter-skb-expr", !options.filter_skb_expr.empty()},
      {"--on", options.on.any()},
      {"--filter-tunnel-pcap-l2", plan.filters.tunnel.has_l2},
      {"--filter-tunnel-pcap-l3", plan.filters.tunnel.has_l3},
      {"--filter-trace-tc", options.filter_trace_tc},
      {"--filter-trace-xdp", options.filter_trace_xdp},
      {"this pcap filter", plan.filters.pcap.copies},
  });
  const auto used = std::ranges::find_if(copying, &Copying::is_used);
  if (used == copying.end()) return {};
  return fail(fmt::format("{}: it takes copies of kernel memory, which the kernel forbids while it "
                          "is locked down (confidentiality); see kernel_lockdown(7)",
                          used->name),
              ExitCode::NotSupported);
}

void keep_those_that_copy_nothing(std::vector<std::string>& copy_functions) {
  std::erase_if(copy_functions, [](const std::string& name) {
    return std::ranges::find(kByArguments, name) == kByArguments.end();
  });
}

}  // namespace pwru::plan
