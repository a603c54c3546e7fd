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
#include "filter/filter.h"
#include "kernel/btf_file.h"
#include "kernel/drop_reasons.h"
#include "kernel/features.h"
#include "kernel/functions.h"
#include "kernel/modules.h"
#include "kernel/netns.h"
#include "kernel/packet_ends.h"
#include "kernel/switches.h"
#include "plan/expressions.h"
#include "plan/filters.h"
#include "plan/find_functions.h"
#include "plan/rights.h"
#include "plan/ring_sizes.h"
#include "plan/stack_functions.h"
#include "plan/tracking.h"
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

// Packets followed at once; one takes some 100 bytes of kernel memory.
constexpr uint32_t kTrackedEntries = 1 << 17;
constexpr uint32_t kStackEntries = 1 << 13;  // half a KiB each
constexpr unsigned kKprobeBatch = 10;

// What is known of the running kernel.
struct Kernel {
  std::optional<kernel::ModuleWatch> modules_watch;  // none: no module is traced
  std::unique_ptr<kernel::Btf> btf;
  std::vector<kernel::ModuleBtf> modules;
  kernel::FunctionSearch search;
  KnownSymbols known;
  kernel::Features features;
  kernel::DropReasons reasons;
  std::optional<kernel::BtfFile> btf_file;  // --kernel-btf, as libbpf gets it
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Result<Kernel> look_at_kernel(const cli::Options& options) {
  std::optional<kernel::ModuleWatch> watch;
  if (cli::wants_modules(options)) watch.emplace();
  PWRU_ASSIGN(auto btf, kernel::load_kernel_btf(options.kernel_btf));
  PWRU_ASSIGN(auto features, or_missing_rights(kernel::probe_features(*btf), options));
  std::vector<kernel::ModuleBtf> modules;
  if (cli::wants_modules(options)) {
    PWRU_ASSIGN(modules,
                kernel::load_module_btf(*btf, options.kmods.value_or(std::vector<std::string>{})));
  }
  PWRU_ASSIGN(auto search, search_functions(options, *btf, modules));
  PWRU_ASSIGN(auto known, or_missing_rights(read_symbols(options, *btf, search), options));
  kernel::probe_single_kprobe(known.symbols, options.backend == cli::Backend::Kprobe, features);
  auto reasons = kernel::DropReasons::collect(*btf, modules);
  std::optional<kernel::BtfFile> btf_file;
  if (!options.kernel_btf.empty()) {
    PWRU_ASSIGN(btf_file, kernel::BtfFile::create(*btf));
  }
  return Kernel{std::move(watch), std::move(btf),      std::move(modules), std::move(search),
                std::move(known), std::move(features), std::move(reasons), std::move(btf_file)};
}

Result<program::Backend> choose_backend(const cli::Options& options,
                                        const kernel::Features& features) {
  if (options.backend == cli::Backend::KprobeMulti && !features.has_kprobe_multi)
    return fail(
        "use the backend kprobe-multi: this kernel has none (Linux 5.18 with CONFIG_FPROBE); "
        "try --backend kprobe",
        ExitCode::NotSupported);
  if (options.backend == cli::Backend::Kprobe && !features.has_kprobe)
    return fail(features.why_no_kprobe.empty()
                    ? "use the backend kprobe: this kernel has none (CONFIG_KPROBE_EVENTS)"
                    : features.why_no_kprobe,
                ExitCode::NotSupported, features.no_kprobe_code);
  if (!features.has_kprobe_multi && !features.has_kprobe)
    return fail(features.why_no_kprobe, ExitCode::NotSupported, features.no_kprobe_code);
  const bool is_multi = options.backend == cli::Backend::KprobeMulti ||
                        (options.backend == cli::Backend::Auto && features.has_kprobe_multi);
  if (is_multi) return program::Backend::KprobeMulti;
  if (features.kprobe_switch == kernel::Switch::Off)
    return fail(kKprobesOff, ExitCode::NotSupported);
  if (!features.is_kprobe_hit)
    log_warn("a kprobe was passed and not hit, so that nothing may be seen: kprobes may be {}",
             kSwitchedOff);
  return program::Backend::Kprobe;
}

// The namespace and the interface, as numbers that the programs compare.
Result<> set_netns_filter(const cli::Options& options, pwru_config& config) {
  const bool is_path = options.filter_netns.starts_with('/');
  if (!options.filter_netns.empty()) {
    PWRU_ASSIGN(config.netns, kernel::netns_inode(options.filter_netns));
  }
  if (!options.filter_ifname.empty()) {
    PWRU_ASSIGN(config.ifindex,
                kernel::ifindex_of(options.filter_ifname, is_path ? options.filter_netns : ""));
    if (!config.netns) {
      PWRU_ASSIGN(config.netns, kernel::current_netns_inode());
    }
  }
  return {};
}

uint32_t wanted_parts(const cli::Options& options, const Kernel& kernel) {
  uint32_t parts = 0;
  if (options.output_meta || options.output_netns_names) parts |= PWRU_PART_META;
  if (options.output_tuple) parts |= PWRU_PART_TUPLE4 | PWRU_PART_TUPLE6;
  if (options.output_stack) parts |= PWRU_PART_STACK;
  if (options.output_skb) parts |= PWRU_PART_SKB;
  if (!options.output_skb_metadata.empty()) parts |= PWRU_PART_EXPR;
  if (shows_cb(options)) parts |= PWRU_PART_CB;
  if (options.output_skb_shared_info) parts |= PWRU_PART_SHINFO;
  if (options.output_bpfmap) parts |= PWRU_PART_BPFMAP;
  if (options.output_tunnel) parts |= PWRU_PART_TUNNEL;
  if (options.output_id) parts |= PWRU_PART_PARENT;
  // Without drop reasons, who called kfree_skb() is the reason.
  if (options.output_caller || kernel.reasons.empty()) parts |= PWRU_PART_CALLER;
  return parts;
}

// How much of such a struct is copied. Only damaged BTF has larger ones than this.
uint32_t size_of_struct(const kernel::Btf& btf, std::string_view name) {
  constexpr uint32_t kMostBytes = 4096;
  return std::min(btf.type(btf.find(name, BTF_KIND_STRUCT)).size, kMostBytes);
}

Result<pwru_config> make_config(const cli::Options& options, const Kernel& kernel,
                                const kernel::Functions& functions, const Filters& filters,
                                const Expressions& expressions, program::Backend backend) {
  pwru_config config = {};
  PWRU_TRY(or_missing_rights(set_netns_filter(options, config), options));
  config.mark = options.filter_mark.mark;
  config.mark_mask = options.filter_mark.mask;
  config.parts = wanted_parts(options, kernel);
  config.skb_bytes = size_of_struct(*kernel.btf, "sk_buff");
  config.shinfo_bytes = size_of_struct(*kernel.btf, "skb_shared_info");
  config.has_pcap = !options.filter_pcap.empty();
  config.filter_copies = filters.pcap.copies;
  config.copy_bytes = filters.pcap.copy_bytes;
  config.filter_sees_vlan = filters.pcap.sees_vlan;
  config.filter_ancillary = filters.pcap.reads_ancillary;
  config.has_tunnel_l2 = filters.tunnel.has_l2;
  config.has_tunnel_l3 = filters.tunnel.has_l3;
  config.has_skb_expr = expressions.skb.has_filter;
  config.has_xdp_expr = expressions.xdp.has_filter;
  config.expr_bytes = std::max(expressions.skb.value_bytes, expressions.xdp.value_bytes);
  config.by_skb = options.filter_track_skb;
  config.tracks = options.filter_track_skb;
  config.follows_xdp = options.filter_track_skb && options.filter_trace_xdp;
  set_stack_config(options, kernel.known.symbols, config);
  // It knows only probes that stand at the very entry (KPROBE_FLAG_ON_FUNC_ENTRY).
  config.has_func_ip = backend == program::Backend::KprobeMulti && kernel.features.has_get_func_ip;
  config.filter_reads_len = filters.pcap.reads_len;
  if (config.tracks && config.has_func_ip) {
    config.release_addr = probe::find_release(kernel.known.symbols).addr;
    config.shows_release = std::ranges::any_of(functions.found, [&](const auto& function) {
      return function.addr == config.release_addr;
    });
  }
  set_rings(options, config);
  config.vmemmap_base_addr = kernel.known.symbols.data("vmemmap_base").value_or(0);
  config.page_offset_base_addr = kernel.known.symbols.data("page_offset_base").value_or(0);
  return config;
}

program::TracerSpec make_spec(const cli::Options& options, const Kernel& kernel,
                              const kernel::Functions& functions, program::Backend backend) {
  program::TracerSpec spec;
  spec.uses_cast = kernel.features.rdonly_cast_id != 0;
  spec.backend = backend;
  for (const kernel::Function& function : functions.found) {
    if (kernel::takes_list(function))
      spec.uses_list = true;
    else
      spec.uses_arg[function.skb_arg] = true;
  }
  if (backend == program::Backend::KprobeMulti)
    spec.arg_table = program::make_arg_table(functions.found);
  if (kernel.features.has_fexit && options.filter_track_skb)
    spec.copy_functions = copy_functions(*kernel.btf, options.filter_trace_xdp);
  spec.tracked_entries = kTrackedEntries;
  spec.stack_entries = kStackEntries;
  if (kernel.btf_file) spec.btf_path = kernel.btf_file->path();
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

std::unique_ptr<probe::Backend> make_backend(program::Backend kind, const cli::Options& options) {
  probe::clean_up_after_the_dead();
  if (kind == program::Backend::KprobeMulti) return probe::make_kprobe_multi();
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

Result<> trace(const cli::Options& options, Kernel& kernel, const Filters& filters,
               const Expressions& expressions) {
  constexpr bool kAttachesKprobes = true;
  PWRU_ASSIGN(const auto backend_kind, or_missing_rights(choose_backend(options, kernel.features),
                                                         options, kAttachesKprobes));
  PWRU_ASSIGN(auto functions,
              find_functions(options, *kernel.btf, kernel.modules, kernel.search, kernel.known));
  PWRU_ASSIGN(const auto ready_file, find_ready_file(options));
  PWRU_ASSIGN(auto target, open_output(options));

  program::TracerSpec spec = make_spec(options, kernel, functions, backend_kind);
  PWRU_ASSIGN(spec.config,
              make_config(options, kernel, functions, filters, expressions, backend_kind));
  spec.filter = filters.pcap;
  spec.hit_filter = filters.hit;
  spec.tunnel_filter = filters.tunnel;
  spec.xdp_filter = filters.xdp_pcap;
  spec.xdp_tunnel_filter = filters.xdp_tunnel;
  spec.expressions = expressions.skb;
  spec.xdp_expressions = expressions.xdp;
  PWRU_ASSIGN(const auto tracer, or_missing_rights(program::Tracer::load(spec), options));
  PWRU_ASSIGN(auto doorbell, event::Doorbell::open(tracer.doorbell_fd()));
  event::RingSource source(make_reader(tracer, spec.config), std::move(doorbell));

  resolve::Names names(functions, kernel.known.symbols, kernel.reasons);
  if (options.output_netns_names) names.use_netns_names(kernel::NetnsNames::live());
  PWRU_ASSIGN(const auto sink, make_sink(options, target, names, *kernel.btf,
                                         make_metadata(expressions, kernel.known.symbols)));
  // `pwru | true`: nobody wants to see anything.
  if (auto begun = sink->begin(); !begun) return begun.error().code == EPIPE ? Result<>{} : begun;

  auto plan = probe::make_plan(functions, kernel.known.symbols, tracer, spec.config.tracks != 0);
  plan.unwinds = spec.config.by_stack || (spec.config.parts & PWRU_PART_STACK);
  if (options.filter_track_skb) warn_about_tracking(spec, plan, kernel.features.has_fexit);
  // Until here a signal leaves nothing behind, and a large filter takes long to compile.
  catch_stop_signals(options.output_file.empty() ? HangUp::Stops : HangUp::Reopens);
  disable_huge_pages();  // until here they help: the types of the kernel take megabytes
  const auto backend = make_backend(backend_kind, options);
  PWRU_ASSIGN(auto attached, or_missing_rights(attach(*backend, plan, tracer, functions.left_out),
                                               options, backend_kind == program::Backend::Kprobe));
  tell_what_is_held(backend_kind, functions);
  probe::TrialEvents trial;
  if (!attached.is_interrupted) trial = probe::try_hits(plan, kernel.known.symbols);
  std::unique_ptr<probe::BpfProgs> progs;
  const ProgKinds kinds = {options.filter_trace_tc, options.filter_trace_xdp};
  if ((kinds.tc || kinds.xdp) && !attached.is_interrupted) {
    PWRU_ASSIGN(progs, prepare_progs(kinds, kernel.features, spec, tracer, names));
    if (!progs && functions.found.empty()) return fail(kProgsRefused);
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
        LateModules::Trace{options, *kernel.btf, kernel.known, kernel.reasons, functions, names,
                           tracer, spec.arg_table, *backend, attached, plan.unwinds},
        std::move(*kernel.modules_watch));
  session.on_pause([&] {
    if (progs) progs->look_again();
    if (late) late->look_again();
    if (take_reopen_request()) target.reopen();
  });
  session.watch_misses([&] { return missed_hits(*backend, attached, tracer, progs.get()); });
  const UniqueFd kprobe_switch =
      backend_kind == program::Backend::Kprobe ? kernel::open_kprobe_switch() : UniqueFd();
  Result<> outcome;
  if (!attached.is_interrupted) {
    if (options.debug) tell_what_is_known(options, progs.get());
    log_info("Listening for events..");
    if (ready_file) outcome = make_ready_file(*ready_file);
    give_up_privileges(options, tracer);
    if (outcome) outcome = session.listen();
  }

  late.reset();
  warn_if_switched_off(backend_kind, kprobe_switch);
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

  // A mistake in the expression is told before anything else is tried.
  PWRU_ASSIGN(const ParsedFilters parsed, parse_filters(options));
  PWRU_ASSIGN(Kernel kernel, look_at_kernel(options));
  PWRU_TRY(check_rights(options));
  PWRU_ASSIGN(const Filters filters,
              generate_filters(parsed, options, *kernel.btf, kernel.features));
  PWRU_ASSIGN(const auto expressions, compile_expressions(options, *kernel.btf));
  return trace(options, kernel, filters, expressions);
}

}  // namespace pwru
