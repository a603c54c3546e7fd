// SPDX-License-Identifier: Apache-2.0
#include "plan/triggers.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
#include <limits>
#include <string_view>

#include "kernel/symbols/packet_ends.h"

namespace pwru::plan {
namespace {

constexpr uint32_t kLeastPathsOfCpu = 64;
constexpr auto kRetransmit =
    std::to_array<std::string_view>({"tcp_retransmit_skb", "__tcp_retransmit_skb"});

bool is_retransmit(const kernel::Function& function) {
  return function.module.empty() &&
         std::ranges::find(kRetransmit, function.name) != kRetransmit.end();
}

bool is_drop(const kernel::Function& function) {
  return function.module.empty() && kernel::ending_of(function.name) == kernel::Ending::Drops;
}

Result<> check_probed(const Plan& plan, std::string_view trigger, std::string_view what,
                      bool (*is_trigger)(const kernel::Function&)) {
  if (std::ranges::any_of(plan.functions.found, is_trigger)) return {};
  return fail(fmt::format("--on {}: no function that {} is probed, so that it would never fire; "
                          "leave --filter-func out, or add it there",
                          trigger, what),
              ExitCode::BadUsage);
}

// The value with which a function of drops is given a packet that arrived; none of the others on a
// kernel that has no such value.
uint32_t harmless_reason(const kernel::Btf& vmlinux, bool is_free_reason) {
  const std::string_view type = is_free_reason ? "skb_free_reason" : "skb_drop_reason";
  const std::string_view name = is_free_reason ? "SKB_REASON_CONSUMED" : "SKB_CONSUMED";
  for (const btf_enum& e : vmlinux.enumerators(vmlinux.find(type, BTF_KIND_ENUM)))
    if (vmlinux.string_at(e.name_off) == name) return static_cast<uint32_t>(e.val);
  return std::numeric_limits<uint32_t>::max();
}

}  // namespace

Result<> check_triggers(const cli::Options& options, const Plan& plan) {
  if (!cli::uses_kprobe_multi(plan.backend) && plan.backend != cli::Backend::Kprobe)
    return fail("--on keeps the hits of kprobes, and this machine has only tracepoints to trace",
                ExitCode::NotSupported);
  if (options.on.drop) PWRU_TRY(check_probed(plan, "drop", "drops packets (@drops)", is_drop));
  if (options.on.retransmit)
    PWRU_TRY(check_probed(plan, "retransmit", "sends TCP segments again (__tcp_retransmit_skb)",
                          is_retransmit));
  return {};
}

void set_paths(const Inputs& inputs, const std::vector<kernel::Function>& probed,
               pwru_config& config) {
  const cli::Triggers& on = inputs.options.on;
  size_t count = 0;
  for (const kernel::Function& function : probed) {
    const bool drops = on.drop && is_drop(function);
    if (!drops && !(on.retransmit && is_retransmit(function))) continue;
    if (count == std::size(config.on)) break;  // no kernel has so many
    pwru_trigger& trigger = config.on[count++];
    trigger.ip = function.addr;
    trigger.arg = drops ? function.reason_arg : 0;
    trigger.harmless = harmless_reason(inputs.vmlinux, function.is_free_reason);
  }
  config.keeps_paths = 1;
  config.on_slow_ns = on.slow_ns;
  config.on_rst = on.rst;
  config.on_retransmit = on.retransmit;
  config.has_on_expr = !on.expr.empty();
  const uint32_t of_cpu = std::max(kLeastPathsOfCpu, inputs.options.on_packets / inputs.cpus);
  config.path_shift = static_cast<uint32_t>(std::bit_width(std::bit_ceil(of_cpu)) - 1);
}

// A CPU has a quarter of them for packets that were made of others: CHILD_PATHS_SHIFT.
uint32_t path_entries(const pwru_config& config) {
  const uint32_t packets = 1u << config.path_shift;
  return config.cpus * (packets + packets / 4);
}

}  // namespace pwru::plan
