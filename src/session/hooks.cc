// SPDX-License-Identifier: Apache-2.0
#include "session/hooks.h"

#include <fmt/core.h>

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/progress.h"
#include "probe/fentry.h"
#include "program/prog_template.h"

namespace pwru {
namespace {

constexpr unsigned kKprobeBatch = 10;
constexpr double kNsPerSecond = 1e9;
constexpr const char* kProgsRefused =
    "trace TC and XDP programs: this kernel refuses fentry and fexit programs (they need BTF and "
    "the BPF trampoline of Linux 5.5)";

// How far a hook is. The total is known when the first site is done.
class Bar {
 public:
  explicit Bar(std::string what) : what_(std::move(what)) {}
  void advance_to(size_t done, size_t total) {
    if (!progress_) progress_.emplace(what_, total);
    progress_->advance_to(done);
    if (done == total) progress_.reset();  // whatever the hook has to say then begins a line
  }

 private:
  std::string what_;
  std::optional<Progress> progress_;
};

Result<probe::Attached> attach_one(probe::Hook& hook) {
  if (hook.sites().empty()) return hook.attach([](size_t, size_t) {});
  const uint64_t start_ns = monotonic_ns();
  std::optional<Bar> bar(std::in_place, fmt::format("Attaching to {}", hook.sites()));
  PWRU_ASSIGN(auto attached,
              hook.attach([&](size_t done, size_t total) { bar->advance_to(done, total); }));
  bar.reset();
  log_info("Attached to {} {} in {:.1f} s; left out: {}", attached.count, hook.sites(),
           static_cast<double>(monotonic_ns() - start_ns) / kNsPerSecond,
           kernel::describe(attached.left_out));
  return attached;
}

void detach_one(probe::Hook& hook) {
  Bar bar("Detaching");
  hook.detach([&](size_t done, size_t total) {
    if (!hook.sites().empty()) bar.advance_to(done, total);
  });
}

std::unique_ptr<probe::FunctionHook> make_probes(cli::Backend backend, const cli::Options& options,
                                                 probe::Plan plan) {
  probe::clean_up_after_the_dead();
  if (backend == cli::Backend::FentryMulti) return probe::make_fentry_multi(std::move(plan));
  if (backend == cli::Backend::KprobeMulti) return probe::make_kprobe_multi(std::move(plan));
  auto events = probe::make_kprobe_events(plan);
  if (events) return std::move(*events);
  log_warn("{}; one perf event a function is used instead, which is slow to take off",
           events.error().what);
  return probe::make_kprobe_pmu(
      std::move(plan), options.filter_kprobe_batch ? options.filter_kprobe_batch : kKprobeBatch);
}

// A trampoline for each function, and kprobes for the rest.
Result<std::unique_ptr<probe::FunctionHook>> make_fentry(const cli::Options& options,
                                                         const plan::Prepared& prepared,
                                                         const program::Tracer& tracer,
                                                         probe::Plan plan) {
  const auto& [kernel, from] = prepared;
  PWRU_ASSIGN(auto programs,
              program::ProgTemplate::prepare(from, kernel.btf_file ? kernel.btf_file->path() : "",
                                             tracer, program::ProgKind::Function));
  auto sites = probe::take_fentry_sites(plan, {from.family, from.release, from.fentry_ids},
                                        tracer.programs());
  const auto make_kprobes = [&options](probe::Plan rest) {
    return make_probes(cli::Backend::Kprobe, options, std::move(rest));
  };
  return probe::make_fentry(std::move(plan), std::move(sites), std::move(programs), *kernel.btf,
                            make_kprobes);
}

}  // namespace

Result<std::unique_ptr<probe::FunctionHook>> make_function_hook(const cli::Options& options,
                                                                const plan::Prepared& prepared,
                                                                const program::Tracer& tracer,
                                                                probe::Plan plan) {
  const cli::Backend backend = prepared.plan.backend;
  if (backend == cli::Backend::Fentry)
    return make_fentry(options, prepared, tracer, std::move(plan));
  return make_probes(backend, options, std::move(plan));
}

Result<std::unique_ptr<probe::BpfProgs>> make_bpf_progs(const cli::Options& options, bool has_fexit,
                                                        const plan::Plan& plan,
                                                        const std::string& btf_path,
                                                        const program::Tracer& tracer,
                                                        resolve::Names& names) {
  if (!has_fexit && plan.functions.found.empty() && plan.tracepoints.found.empty())
    return fail(kProgsRefused, ExitCode::NotSupported);
  if (!has_fexit) {
    log_warn("{}", kProgsRefused);
    return nullptr;
  }
  std::unique_ptr<program::ProgTemplate> tc, xdp;
  if (options.filter_trace_tc) {
    PWRU_ASSIGN(tc, program::ProgTemplate::prepare(plan, btf_path, tracer, program::ProgKind::Tc));
  }
  if (options.filter_trace_xdp) {
    PWRU_ASSIGN(xdp,
                program::ProgTemplate::prepare(plan, btf_path, tracer, program::ProgKind::Xdp));
  }
  const auto add_name = [&names](const kernel::Site& site) {
    names.add_bpf_program(site.id, site.name);
  };
  return std::make_unique<probe::BpfProgs>(std::move(tc), std::move(xdp), add_name, options.debug);
}

Result<std::unique_ptr<probe::Tracepoints>> make_tracepoints(const plan::Plan& plan,
                                                             const std::string& btf_path,
                                                             const program::Tracer& tracer,
                                                             resolve::Names& names) {
  for (const plan::TracepointSite& site : plan.tracepoints.found)
    names.add_tracepoint(site.site, site.tracepoint);
  PWRU_ASSIGN(auto programs, program::ProgTemplate::prepare(plan, btf_path, tracer,
                                                            program::ProgKind::Tracepoint));
  return std::make_unique<probe::Tracepoints>(plan.tracepoints, std::move(programs));
}

Result<bool> attach(probe::Hooks& hooks) { return hooks.attach(attach_one); }

void detach(probe::Hooks& hooks) { hooks.detach(detach_one); }

}  // namespace pwru
