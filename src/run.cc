// SPDX-License-Identifier: Apache-2.0
#include "run.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "base/clock.h"
#include "base/log.h"
#include "base/place.h"
#include "base/process.h"
#include "base/signals.h"
#include "plan/prepare.h"
#include "plan/rights.h"
#include "probe/copies.h"
#include "probe/hit_check.h"
#include "probe/plan.h"
#include "program/libbpf_log.h"
#include "program/tracer.h"
#include "session/debug.h"
#include "session/hooks.h"
#include "session/late_modules.h"
#include "session/least_privilege.h"
#include "session/load.h"
#include "session/loss_watch.h"
#include "session/notes.h"
#include "session/outputs.h"
#include "session/session.h"
#include "session/sources.h"
#include "session/switch_watch.h"

namespace pwru {
namespace {

// Also what the programs of the tracer missed; a hook that is detached counts no more.
program::MissCounts missed_hits(const probe::Hooks& hooks, const program::Tracer& tracer) {
  program::MissCounts counts = hooks.missed();
  std::ranges::move(tracer.missed(), std::back_inserter(counts));
  return counts;
}

// Before everything is attached, which takes seconds, not behind it.
Result<std::optional<Place>> find_ready_file(const cli::Options& options) {
  if (options.ready_file.empty()) return std::nullopt;
  auto place = find_place(options.ready_file);
  const auto checked = place ? check_writable(*place) : tl::unexpected<Error>(place.error());
  if (!checked) return fail("--ready-file: " + checked.error().what, checked.error().exit);
  return std::move(*place);
}

// Empty, and for everybody to see.
Result<> make_ready_file(const Place& place) {
  auto fd = open_to_write(place, O_TRUNC, 0644);
  if (!fd) return fail("--ready-file: " + fd.error().what, fd.error().exit);
  return {};
}

// From here on things are made that others can see: the output, programs, probes.
Result<> trace(const cli::Options& options, plan::Prepared& prepared) {
  PWRU_ASSIGN(const auto ready_file, find_ready_file(options));
  PWRU_ASSIGN(auto target, open_output(options));

  PWRU_ASSIGN(auto tracer, load_tracer(options, prepared));
  auto& [kernel, plan] = prepared;
  const std::string btf_path = kernel.btf_file ? kernel.btf_file->path() : "";
  PWRU_ASSIGN(const auto source, plan::or_missing_rights(tracer.make_source(plan.config), options));

  PWRU_ASSIGN(auto resolver, make_resolver(options, plan,
                                           {plan.functions, kernel.known.symbols, kernel.reasons,
                                            *kernel.btf, plan.expressions.types.btf.all()}));
  const auto sink = make_sink(options, plan, target);
  // `pwru | true`: nobody wants to see anything.
  if (auto begun = sink->begin(); !begun) return begun.error().code == EPIPE ? Result<>{} : begun;

  auto attach_plan = probe::make_plan(plan.functions, kernel.known.symbols, tracer.programs(),
                                      plan.release, plan.fentry_ids);
  probe::add_nft(attach_plan, tracer.programs(), plan.nft_sites, kernel.known.symbols);
  probe::add_xtables(attach_plan, tracer.programs(), plan.xtables, kernel.known.symbols);
  attach_plan.unwinds = plan.needs.unwinds;

  // From here on a signal asks to stop, because it may find something attached. Before, it ends the
  // process: a large filter takes long to compile.
  catch_stop_signals(options.output_file.empty() ? HangUp::Stops : HangUp::Reopens);
  disable_huge_pages();  // until here they help: the types of the kernel take megabytes
  probe::Hooks hooks;
  if (!tracer.programs().copies.empty()) hooks.add(probe::make_copies(tracer));
  probe::FunctionHook* at_functions = nullptr;
  if (plan.backend == cli::Backend::Tracepoint) {
    PWRU_ASSIGN(auto at_tracepoints, make_tracepoints(plan, btf_path, tracer, resolver.names()));
    hooks.add(std::move(at_tracepoints));
  } else {
    PWRU_ASSIGN(auto hook, make_function_hook(options, prepared, tracer, std::move(attach_plan)));
    at_functions = &hooks.add(std::move(hook));
  }
  if (plan.needs.bpf_programs) {
    PWRU_ASSIGN(auto progs, make_bpf_progs(options, kernel.features.has_fexit, plan, btf_path,
                                           tracer, resolver.names()));
    if (progs) hooks.add(std::move(progs));
  }
  if (kernel.modules_watch && at_functions)
    hooks.add(std::make_unique<LateModules>(
        options, *kernel.btf,
        KnownModules{plan.functions, kernel.known, kernel.reasons, resolver.names()}, tracer,
        *at_functions, std::move(*kernel.modules_watch)));

  // From here on the kernel runs our programs.
  PWRU_ASSIGN(const bool is_attached,
              plan::or_missing_rights(attach(hooks), options, cli::uses_kprobes(plan.backend)));
  report_held_modules(plan);
  report_functions_of_others(plan);
  Session session(
      *source, resolver, {sink.get()},
      [&](event::Counters& counters) { tracer.add_losses(counters); }, options.output_limit_lines);
  if (is_attached && at_functions) session.leave_out(probe::try_hits(at_functions->plan()));
  SwitchWatch switches(plan.backend);
  session.on_pause([&] {
    hooks.poll();
    switches.look(monotonic_ns());
    if (take_reopen_request()) target.reopen();
  });
  session.watch_misses([&] { return missed_hits(hooks, tracer); });
  std::optional<LossWatch> losses;
  Result<> outcome;
  if (is_attached) {
    if (options.debug) report_namespaces(options);
    losses = LossWatch::start(options, plan.config.netns);
    // Only where the kernel gives no reasons is a full buffer to be inferred.
    if (losses)
      resolver.ask_for_ports(kernel::BoundPorts::in(losses->namespaces(), kernel.reasons.empty()));
    log_info("Listening for events..");
    if (ready_file) outcome = make_ready_file(*ready_file);
    // From here on only what is open and loaded can be used.
    give_up_privileges(options, tracer);
    // Behind it, as files with debug info are complex, and whoever reads them needs no rights.
    if (cli::asks_for_deaths(options)) name_sources(kernel.known.symbols, resolver);
    if (outcome) outcome = session.listen();
  }

  if (losses) losses->finish(*sink);
  // An urgent stop ends the detach; the rest is taken off when this function returns, and all that
  // there is to say comes first.
  switches.finish();
  session.report_last_misses();
  detach(hooks);
  if (outcome) outcome = session.finish();
  if (auto summarized = session.summarize(); outcome) outcome = summarized;
  if (stop_is_urgent()) return outcome;
  if (auto finished = target.finish(); outcome) outcome = finished;
  return outcome;
}

}  // namespace

Result<> run(const cli::Options& options) {
  prepare_signals();
  refuse_new_privileges();
  program::capture_libbpf_log(options.debug);
  if (options.set_percpu_buf)
    log_warn("--set-percpu-buf is no longer needed: dumps are always copied whole");
  raise_open_files();
  raise_priority();
  kernel::raise_memlock_limit();

  PWRU_ASSIGN(plan::Prepared prepared, plan::prepare(options));
  for (const std::string& warning : prepared.plan.warnings) log_warn("{}", warning);
  return trace(options, prepared);
}

}  // namespace pwru
