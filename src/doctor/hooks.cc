// SPDX-License-Identifier: Apache-2.0
#include "doctor/hooks.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <charconv>

#include "base/file.h"
#include "base/handle.h"
#include "kernel/own_datagram.h"
#include "kernel/process_life.h"
#include "kernel/tracefs.h"
#include "kernel/tracepoints.h"
#include "probe/event_group.h"

namespace pwru::doctor {
namespace {

// A function that can be traced and is not called often: only code that clones packets calls it.
constexpr const char* kTarget = "skb_clone";
constexpr const char* kTracepoint = "kfree_skb";
constexpr const char* kTypeOfTracepoint = "btf_trace_kfree_skb";
constexpr uint32_t kFentryMulti = 59;  // BPF_TRACE_FENTRY_MULTI, Linux 7.2
constexpr const char* kNeedsBtf = "needs BTF";

struct Kind {
  uint32_t type = BPF_PROG_TYPE_KPROBE;
  uint32_t attach = 0;
  uint32_t btf_id = 0;
};

// r0 = 0; exit. Sets errno on failure.
UniqueFd load_nothing(const Kind& kind) {
  bpf_insn program[2] = {};
  program[0].code = BPF_ALU64 | BPF_MOV | BPF_K;
  program[1].code = BPF_JMP | BPF_EXIT;
  LIBBPF_OPTS(bpf_prog_load_opts, options);
  options.expected_attach_type = static_cast<bpf_attach_type>(kind.attach);
  options.attach_btf_id = kind.btf_id;
  const int fd = bpf_prog_load(static_cast<bpf_prog_type>(kind.type), "pwru_doctor", "GPL", program,
                               std::size(program), &options);
  if (fd < 0) errno = -fd;
  return UniqueFd(fd);
}

Check absent(std::string_view id, std::string_view step, int code = errno) {
  const bool is_denied = code == EPERM || code == EACCES;  // then the kernel may well have it
  return {id, is_denied ? State::Unknown : State::Absent,
          fmt::format("{}: {}", step, std::strerror(code))};
}

// Tries an attach that cannot succeed, because its list is unreadable: a kernel that has the hook
// gets as far as reading the list. A real attach would say no more.
Check kprobe_multi() {
  constexpr std::string_view kId = "kprobe-multi";
  const UniqueFd program = load_nothing({.attach = BPF_TRACE_KPROBE_MULTI});
  if (!program) return absent(kId, "load a program");
  LIBBPF_OPTS(bpf_link_create_opts, options);
  options.kprobe_multi.addrs = reinterpret_cast<const unsigned long*>(1);
  options.kprobe_multi.cnt = 1;
  const int code = bpf_link_create(program.get(), 0, BPF_TRACE_KPROBE_MULTI, &options);
  if (code == -EFAULT) return {kId, State::Ok, "all functions in one call"};
  return absent(kId, "attach (Linux 5.18 with CONFIG_FPROBE)", -code);
}

Check fentry_multi() {
  constexpr std::string_view kId = "fentry-multi";
  const UniqueFd program = load_nothing({BPF_PROG_TYPE_TRACING, kFentryMulti});
  if (!program) return absent(kId, "load a program (Linux 7.2)");
  // union bpf_attr's link_create with tracing_multi, which no library of today knows.
  struct {
    uint32_t prog_fd, target_fd, attach_type, flags;
    uint64_t ids, cookies;
    uint32_t count, padding;
  } attr = {static_cast<uint32_t>(program.get()), 0, kFentryMulti, 0, 1, 0, 1, 0};
  if (::syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr)) < 0 && errno == EFAULT)
    return {kId, State::Ok, "all functions of the kernel, or of a module, in one call"};
  return absent(kId, "attach");
}

UniqueFd open_perf_kprobe(const char* function) {
  const auto text = read_file("/sys/bus/event_source/devices/kprobe/type");
  perf_event_attr attr = {};
  attr.size = sizeof(attr);
  errno = ENODEV;
  if (!text ||
      std::from_chars(text->data(), text->data() + text->size(), attr.type).ec != std::errc())
    return UniqueFd();
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
Check tracing(std::string_view id, const kernel::Btf* btf, uint32_t attach, const char* target,
              uint32_t kind) {
  if (!btf) return {id, State::Unknown, kNeedsBtf};
  const uint32_t type = btf->find(target, kind);
  if (type == 0) return {id, State::Absent, fmt::format("BTF has no {}", target)};
  const UniqueFd program = load_nothing({BPF_PROG_TYPE_TRACING, attach, type});
  if (!program) return absent(id, "load a program");
  const UniqueFd link(bpf_raw_tracepoint_open(nullptr, program.get()));
  if (!link) return absent(id, fmt::format("attach to {}", target));
  return {id, State::Ok, fmt::format("attached to {}", target)};
}

Check raw_tracepoint(const kernel::Btf* btf) {
  constexpr std::string_view kId = "raw tracepoints";
  const UniqueFd program = load_nothing({BPF_PROG_TYPE_RAW_TRACEPOINT});
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
      {fentry_multi(), kprobe_multi(), kprobe_events(), perf_kprobe(),
       tracing("fentry", vmlinux, BPF_TRACE_FENTRY, kTarget, BTF_KIND_FUNC),
       tracing("fexit", vmlinux, BPF_TRACE_FEXIT, kTarget, BTF_KIND_FUNC), raw_tracepoint(vmlinux),
       tracing("tp_btf", vmlinux, BPF_TRACE_RAW_TP, kTypeOfTracepoint, BTF_KIND_TYPEDEF)}};
}

}  // namespace pwru::doctor
