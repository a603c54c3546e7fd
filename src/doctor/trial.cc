// SPDX-License-Identifier: Apache-2.0
#include "doctor/trial.h"

#include <algorithm>

#include "event/source.h"
#include "kernel/own_datagram.h"
#include "plan/prepare.h"
#include "plan/rights.h"
#include "probe/plan.h"
#include "program/tracer.h"
#include "resolve/names.h"
#include "session/hooks.h"
#include "session/load.h"

namespace pwru::doctor {
namespace {

// Takes everything, and keeps whether there was anything.
class Witness : public event::Consumer {
 public:
  Result<bool> event(const event::Event&) override { return has_seen_ = true; }
  Result<bool> lost(const event::Loss&) override { return has_seen_ = true; }
  [[nodiscard]] bool has_seen() const { return has_seen_; }

 private:
  bool has_seen_ = false;
};

// One that a packet of our own passes, or else any.
std::string function_to_try(const std::vector<kernel::Function>& found) {
  for (const std::string_view name : kernel::kOwnDatagramFunctions)
    if (std::ranges::find(found, name, &kernel::Function::name) != found.end())
      return std::string(name);
  return found.empty() ? "" : found.front().name;
}

// The end of our own packet passes this one.
std::string tracepoint_to_try(const std::vector<plan::TracepointSite>& found) {
  for (const plan::TracepointSite& site : found)
    if (site.tracepoint.name == "consume_skb") return site.site.name;
  return found.empty() ? "" : found.front().site.name;
}

// On what trial.tried names.
Result<std::unique_ptr<probe::Hook>> make_hook(const cli::Options& options,
                                               plan::Prepared& prepared, const Trial& trial,
                                               const program::Tracer& tracer,
                                               const std::string& btf_path, resolve::Names& names) {
  plan::Plan& plan = prepared.plan;
  if (plan.backend == cli::Backend::Tracepoint) {
    std::erase_if(plan.tracepoints.found,
                  [&](const plan::TracepointSite& site) { return site.site.name != trial.tried; });
    PWRU_ASSIGN(auto hook, make_tracepoints(plan, btf_path, tracer, names));
    return hook;
  }
  std::erase_if(plan.functions.found,
                [&](const kernel::Function& function) { return function.name != trial.tried; });
  plan.functions.left_out.clear();
  PWRU_ASSIGN(auto hook,
              make_function_hook(options, prepared, tracer,
                                 probe::make_plan(plan.functions, prepared.kernel.known.symbols,
                                                  tracer.programs(), {}, plan.fentry_ids)));
  return hook;
}

// The programs are those of all functions, so that the kernel verifies them all.
Result<> trace_one(const cli::Options& options, plan::Prepared& prepared, Trial& trial) {
  PWRU_ASSIGN(auto tracer, load_tracer(options, prepared));
  const plan::Plan& plan = prepared.plan;
  const plan::KernelFacts& kernel = prepared.kernel;
  const std::string btf_path = kernel.btf_file ? kernel.btf_file->path() : "";
  trial.uses_cast = plan.uses_cast;
  PWRU_ASSIGN(const auto source, tracer.make_source(plan.config));
  resolve::Names names(plan.functions, kernel.known.symbols, kernel.reasons);
  PWRU_ASSIGN(const auto hook, make_hook(options, prepared, trial, tracer, btf_path, names));
  const auto quietly = [](size_t, size_t) {};
  const bool is_kprobe = cli::uses_kprobes(plan.backend);
  PWRU_TRY(plan::or_missing_rights(hook->attach(quietly), options, is_kprobe));
  static_cast<void>(kernel::pass_own_datagram());  // or any other packet may pass
  hook->detach(quietly);
  Witness witness;
  constexpr bool kIsLast = true;
  PWRU_TRY(source->drain(witness, kIsLast));
  trial.is_hit = witness.has_seen();
  return {};
}

std::string_view way_of(const pwru_config& config) {
  if (config.has_doorbell) return "rings that are mapped, and a BPF ring buffer to wake up";
  return config.maps_rings ? "rings that are mapped, and looked at again and again"
                           : "perf buffers, one a CPU";
}

Result<> try_all(const cli::Options& options, Trial& trial) {
  PWRU_ASSIGN(plan::Prepared prepared, plan::prepare(options));
  const plan::Plan& plan = prepared.plan;
  const bool has_tracepoints = plan.backend == cli::Backend::Tracepoint;
  if (has_tracepoints) trial.kind = "tracepoints";
  trial.sites = has_tracepoints ? plan.tracepoints.found.size() : plan.functions.found.size();
  trial.left_out =
      kernel::describe(has_tracepoints ? plan.tracepoints.left_out : plan.functions.left_out);
  trial.hook = cli::name_of(plan.backend);
  trial.held = plan::describe_held(plan.held_by_others);
  trial.uses_cast = plan.uses_cast;
  trial.warnings = plan.warnings;
  trial.buffer_bytes = uint64_t{plan.config.ring_bytes} * plan.config.cpus *
                       (plan.config.nesting_rings || !plan.config.maps_rings ? 2 : 1);
  trial.events = way_of(plan.config);
  trial.tried = has_tracepoints ? tracepoint_to_try(plan.tracepoints.found)
                                : function_to_try(plan.functions.found);
  return trace_one(options, prepared, trial);
}

}  // namespace

Trial try_to_trace(const cli::Options& options) {
  Trial trial;
  if (auto tried = try_all(options, trial); !tried) trial.error = std::move(tried.error());
  return trial;
}

}  // namespace pwru::doctor
