// SPDX-License-Identifier: Apache-2.0
#include "run.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/log.h"
#include "base/place.h"
#include "base/process.h"
#include "base/progress.h"
#include "base/signals.h"
#include "kernel/switches.h"
#include "plan/kernel_facts.h"
#include "plan/plan.h"
#include "plan/rights.h"
#include "probe/attach.h"
#include "probe/hit_check.h"
#include "probe/plan.h"
#include "program/libbpf_log.h"
#include "program/tracer.h"
#include "session/debug.h"
#include "session/late_modules.h"
#include "session/least_privilege.h"
#include "session/notes.h"
#include "session/outputs.h"
#include "session/session.h"
#include "session/trace_progs.h"

namespace pwru {
namespace {

constexpr unsigned kKprobeBatch = 10;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

program::TracerSpec make_spec(plan::Plan& plan, std::string btf_path) {
  program::TracerSpec spec;
  spec.config = plan.config;
  spec.filter = plan.filters.pcap;
  spec.hit_filter = plan.filters.hit;
  spec.tunnel_filter = plan.filters.tunnel;
  spec.xdp_filter = plan.filters.xdp_pcap;
  spec.xdp_tunnel_filter = plan.filters.xdp_tunnel;
  spec.expressions = plan.expressions.skb;
  spec.xdp_expressions = plan.expressions.xdp;
  spec.uses_cast = plan.uses_cast;
  spec.backend = plan.backend;
  spec.uses_arg = plan.uses_arg;
  spec.uses_list = plan.uses_list;
  spec.arg_table = plan.arg_table;
  spec.copy_functions = plan.copy_functions;
  spec.tracked_entries = plan.entries.tracked;
  spec.stack_entries = plan.entries.stacks;
  spec.btf_path = std::move(btf_path);
  return spec;
}

event::Reader make_reader(const program::Tracer& tracer, const pwru_config& config) {
  const event::RingLayout layout = {config.cpus, config.ring_bytes, config.chunk_bytes,
                                    config.record_max_bytes};
  const event::PartSizes sizes = {config.skb_bytes, config.expr_bytes, config.shinfo_bytes};
  return {tracer.shared(), tracer.ring_memory(), layout, sizes};
}

Result<probe::Attached> attach(probe::Backend& backend, const probe::Plan& plan,
                               const program::Tracer& tracer, kernel::LeftOut left_out) {
  size_t total = 0;
  for (const probe::Group& group : plan.groups) total += group.addresses.size();
  const auto start = std::chrono::steady_clock::now();
  Progress progress("Attaching", total);
  log_info("Attaching kprobes via={} to {} functions..", backend.name(), total);
  PWRU_ASSIGN(auto attached, backend.attach(plan, [&](size_t done) { progress.advance_to(done); }));
  probe::attach_copies(tracer.copies(), attached);
  for (const auto& [reason, count] : attached.left_out) left_out[reason] += count;
  log_info("Attached to {} functions in {:.1f} s; left out: {}", attached.count,
           seconds_since(start), kernel::describe(left_out));
  return attached;
}

std::unique_ptr<probe::Backend> make_backend(cli::Backend kind, const cli::Options& options) {
  probe::clean_up_after_the_dead();
  if (kind == cli::Backend::KprobeMulti) return probe::make_kprobe_multi();
  auto events = probe::make_kprobe_events();
  if (events) return std::move(*events);
  log_warn("{}; one perf event a function is used instead, which is slow to take off",
           events.error().what);
  return probe::make_kprobe_pmu(options.filter_kprobe_batch ? options.filter_kprobe_batch
                                                            : kKprobeBatch);
}

// By all programs; those that are detached already count no more.
program::MissCounts missed_hits(const probe::Backend& backend, const probe::Attached& attached,
                                const program::Tracer& tracer, const probe::BpfProgs* progs) {
  program::MissCounts counts = backend.missed(attached);
  std::ranges::move(tracer.missed(), std::back_inserter(counts));
  if (progs) std::ranges::move(progs->missed(), std::back_inserter(counts));
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
Result<> trace(const cli::Options& options, plan::KernelFacts& kernel, plan::Plan& plan) {
  PWRU_ASSIGN(const auto ready_file, find_ready_file(options));
  PWRU_ASSIGN(auto target, open_output(options));

  program::TracerSpec spec = make_spec(plan, kernel.btf_file ? kernel.btf_file->path() : "");
  PWRU_ASSIGN(const auto tracer, plan::or_missing_rights(program::Tracer::load(spec), options));
  PWRU_ASSIGN(auto doorbell, event::Doorbell::open(tracer.doorbell_fd()));
  event::RingSource source(make_reader(tracer, spec.config), std::move(doorbell));

  resolve::Names names(plan.functions, kernel.known.symbols, kernel.reasons);
  if (options.output_netns_names) names.use_netns_names(kernel::NetnsNames::live());
  PWRU_ASSIGN(const auto sink,
              make_sink(options, target, names, *kernel.btf,
                        plan::make_metadata(plan.expressions, kernel.known.symbols)));
  // `pwru | true`: nobody wants to see anything.
  if (auto begun = sink->begin(); !begun) return begun.error().code == EPIPE ? Result<>{} : begun;

  auto attach_plan =
      probe::make_plan(plan.functions, kernel.known.symbols, tracer, plan.needs.identity);
  attach_plan.unwinds = plan.needs.unwinds;
  // Until here a signal leaves nothing behind, and a large filter takes long to compile.
  catch_stop_signals(options.output_file.empty() ? HangUp::Stops : HangUp::Reopens);
  disable_huge_pages();  // until here they help: the types of the kernel take megabytes
  const auto backend = make_backend(spec.backend, options);
  PWRU_ASSIGN(auto attached, plan::or_missing_rights(
                                 attach(*backend, attach_plan, tracer, plan.functions.left_out),
                                 options, plan.backend == cli::Backend::Kprobe));
  tell_what_is_held(spec.backend, plan.functions);
  probe::TrialEvents trial;
  if (!attached.is_interrupted) trial = probe::try_hits(attach_plan, kernel.known.symbols);
  std::unique_ptr<probe::BpfProgs> progs;
  const ProgKinds kinds = {options.filter_trace_tc, options.filter_trace_xdp};
  if ((kinds.tc || kinds.xdp) && !attached.is_interrupted) {
    PWRU_ASSIGN(progs, prepare_progs(kinds, kernel.features, spec, tracer, names));
    if (!progs && plan.functions.found.empty()) return fail(kProgsRefused);
    if (!progs) log_warn("{}", kProgsRefused);
    if (progs) attach_progs(*progs, kinds);
  }

  Session session(
      source, {sink.get()}, [&](event::Counters& counters) { tracer.add_losses(counters); },
      options.output_limit_lines);
  session.leave_out(trial);
  std::optional<LateModules> late;
  if (kernel.modules_watch)
    late.emplace(
        LateModules::Trace{options, *kernel.btf, kernel.known, kernel.reasons, plan.functions,
                           names, tracer, plan.arg_table, *backend, attached, plan.needs.unwinds},
        std::move(*kernel.modules_watch));
  session.on_pause([&] {
    if (progs) progs->look_again();
    if (late) late->look_again();
    if (take_reopen_request()) target.reopen();
  });
  session.watch_misses([&] { return missed_hits(*backend, attached, tracer, progs.get()); });
  const UniqueFd kprobe_switch =
      plan.backend == cli::Backend::Kprobe ? kernel::open_kprobe_switch() : UniqueFd();
  Result<> outcome;
  if (!attached.is_interrupted) {
    if (options.debug) tell_what_is_known(options, progs.get());
    log_info("Listening for events..");
    if (ready_file) outcome = make_ready_file(*ready_file);
    give_up_privileges(options, tracer);
    if (outcome) outcome = session.listen();
  }

  late.reset();
  warn_if_switched_off(spec.backend, kprobe_switch);
  // In a hurry that is left to the kernel, after what there is to say.
  if (!stop_is_urgent()) {
    progs.reset();
    const size_t total = attached.links.size();
    Progress progress("Detaching", total);
    backend->detach(std::move(attached), [&](size_t done) { progress.advance_to(done); });
    tracer.end_tracking();
  }
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

  // Of the passes up to trace() none leaves anything behind.
  // A mistake in a filter is reported before the kernel is asked anything.
  PWRU_ASSIGN(const plan::ParsedFilters parsed, plan::parse_filters(options));
  PWRU_ASSIGN(plan::KernelFacts kernel, plan::look_at_kernel(options));
  PWRU_TRY(plan::check_rights(options));
  // Filters and expressions become code for this kernel: it depends on its types and its features.
  PWRU_ASSIGN(auto filters, plan::generate_filters(parsed, options, *kernel.btf, kernel.features));
  PWRU_ASSIGN(auto expressions, plan::compile_expressions(options, *kernel.btf));
  PWRU_ASSIGN(auto functions, plan::find_functions(options, *kernel.btf, kernel.modules,
                                                   kernel.search, kernel.known));
  PWRU_ASSIGN(const auto place, plan::or_missing_rights(plan::find_packet_place(options), options));
  constexpr bool kAttachesKprobes = true;
  PWRU_ASSIGN(auto plan, plan::or_missing_rights(
                             plan::make_plan({options, *kernel.btf, kernel.known.symbols,
                                              kernel.features, !kernel.reasons.empty(),
                                              plan::possible_cpus(), place, std::move(functions),
                                              std::move(filters), std::move(expressions)}),
                             options, kAttachesKprobes));
  for (const std::string& warning : plan.warnings) log_warn("{}", warning);
  return trace(options, kernel, plan);
}

}  // namespace pwru
