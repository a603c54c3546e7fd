// SPDX-License-Identifier: Apache-2.0
#include "doctor/hooks.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/handle.h"
#include "kernel/hook_trials.h"
#include "kernel/own_datagram.h"
#include "kernel/proc/process_life.h"
#include "kernel/symbols/tracefs.h"
#include "kernel/symbols/tracepoints.h"
#include "probe/event_group.h"

namespace pwru::doctor {
namespace {

// A function that can be traced and is not called often: only code that clones packets calls it.
constexpr const char* kTarget = "skb_clone";
constexpr const char* kTracepoint = "kfree_skb";
constexpr const char* kTypeOfTracepoint = "btf_trace_kfree_skb";
constexpr const char* kNeedsBtf = "needs BTF";

Check absent(std::string_view id, std::string_view step, int code = errno) {
  const bool is_denied = code == EPERM || code == EACCES;  // then the kernel may well have it
  return {id, is_denied ? State::Unknown : State::Absent,
          fmt::format("{}: {}", step, std::strerror(code))};
}

Check outcome(std::string_view id, const kernel::HookTrial& trial, std::string_view found) {
  if (trial.code != 0) return absent(id, trial.step, trial.code);
  return {id, State::Ok, std::string(found)};
}

UniqueFd open_perf_kprobe(const char* function) {
  const auto type = kernel::kprobe_pmu_type();
  errno = ENODEV;
  if (!type) return UniqueFd();
  perf_event_attr attr = {};
  attr.size = sizeof(attr);
  attr.type = *type;
  attr.kprobe_func = reinterpret_cast<uint64_t>(function);
  return UniqueFd(static_cast<int>(
      ::syscall(SYS_perf_event_open, &attr, 0 /* this task */, -1, -1, PERF_FLAG_FD_CLOEXEC)));
}

Check perf_kprobe() {
  constexpr std::string_view kId = "kprobe (perf)";
  int code = ENOENT;
  for (const char* function : {"skb_release_head_state", "kfree_skbmem"}) {
    const UniqueFd event = open_perf_kprobe(function);
    if (!event) {
      code = errno;
      continue;
    }
    uint64_t hits = 0;
    if (!kernel::pass_own_datagram() ||
        ::read(event.get(), &hits, sizeof(hits)) != static_cast<ssize_t>(sizeof(hits)))
      return {kId, State::Ok, "one call for each function"};
    if (hits == 0)
      return {kId, State::Warning, fmt::format("{} was called, and its kprobe not hit", function)};
    return {kId, State::Ok, fmt::format("one call for each function; {} was hit", function)};
  }
  return absent(kId, "open a perf event", code);
}

// Adds an event as pwru names its own, so that the next start removes it if this process is killed.
Check kprobe_events() {
  constexpr std::string_view kId = "kprobe (tracefs)";
  constexpr int kFlags = O_RDWR | O_APPEND;
  const auto tracefs = kernel::open_tracefs("kprobe_events", kFlags);
  if (!tracefs)
    return {kId, tracefs.error().code == EACCES ? State::Unknown : State::Absent,
            tracefs.error().what};
  const UniqueFd file(::openat(tracefs->get(), "kprobe_events", kFlags | O_CLOEXEC));
  if (!file) return absent(kId, "open kprobe_events");
  const std::string name = probe::event_name(probe::group_name(kernel::own_process()), 0);
  const std::string add = fmt::format("p:{} {}", name, kTarget);
  if (::write(file.get(), add.data(), add.size()) < 0) return absent(kId, "add an event");
  const std::string remove = "-:" + name;
  if (::write(file.get(), remove.data(), remove.size()) < 0)
    return {
        kId, State::Warning,
        fmt::format("the event {} could be added and not removed: {}", name, std::strerror(errno))};
  return {kId, State::Ok, "an event for many functions"};
}

// With a real attach: a kernel without trampolines for this machine refuses only that.
Check tracing(std::string_view id, const kernel::Btf* btf, bpf_attach_type attach,
              const char* target, uint32_t kind) {
  if (!btf) return {id, State::Unknown, kNeedsBtf};
  const uint32_t type = btf->find(target, kind);
  if (type == 0) return {id, State::Absent, fmt::format("BTF has no {}", target)};
  const UniqueFd program = kernel::load_nothing({BPF_PROG_TYPE_TRACING, attach, type});
  if (!program) return absent(id, "load a program");
  const UniqueFd link(bpf_raw_tracepoint_open(nullptr, program.get()));
  if (!link) return absent(id, fmt::format("attach to {}", target));
  return {id, State::Ok, fmt::format("attached to {}", target)};
}

Check raw_tracepoint(const kernel::Btf* btf) {
  constexpr std::string_view kId = "raw tracepoints";
  const UniqueFd program = kernel::load_nothing({BPF_PROG_TYPE_RAW_TRACEPOINT});
  if (!program) return absent(kId, "load a program");
  const UniqueFd link(bpf_raw_tracepoint_open(kTracepoint, program.get()));
  if (!link) return absent(kId, fmt::format("attach to {}", kTracepoint));
  std::string found = fmt::format("attached to {}", kTracepoint);
  if (btf)
    found += fmt::format("; {} are given a packet",
                         kernel::find_tracepoints(*btf, {}, nullptr).found.size());
  return {kId, State::Ok, found};
}

}  // namespace

Group check_hooks(const kernel::Btf* vmlinux) {
  return {
      "Hooks",
      "hooks",
      {outcome("fentry-multi", kernel::try_fentry_multi(),
               "all functions of the kernel, or of a module, in one call"),
       outcome("kprobe-multi", kernel::try_kprobe_multi(), "all functions in one call"),
       kprobe_events(), perf_kprobe(),
       tracing("fentry", vmlinux, BPF_TRACE_FENTRY, kTarget, BTF_KIND_FUNC),
       tracing("fexit", vmlinux, BPF_TRACE_FEXIT, kTarget, BTF_KIND_FUNC), raw_tracepoint(vmlinux),
       tracing("tp_btf", vmlinux, BPF_TRACE_RAW_TP, kTypeOfTracepoint, BTF_KIND_TYPEDEF)}};
}

}  // namespace pwru::doctor
