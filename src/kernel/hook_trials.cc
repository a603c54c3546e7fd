// SPDX-License-Identifier: Apache-2.0
#include "kernel/hook_trials.h"

#include <linux/bpf.h>

#include <cerrno>
#include <charconv>
#include <iterator>

#include "base/file.h"
#include "kernel/fentry_multi.h"

namespace pwru::kernel {
namespace {

// No list can be read there.
constexpr uint64_t kUnreadable = 1;

// A kernel that has the hook gets as far as reading the list of what to attach to.
HookTrial judge(std::string_view step, int code) {
  return code == EFAULT ? HookTrial{} : HookTrial{step, code};
}

}  // namespace

UniqueFd load_nothing(const ProgramKind& kind) {
  bpf_insn program[2] = {};
  program[0].code = BPF_ALU64 | BPF_MOV | BPF_K;  // r0 = 0
  program[1].code = BPF_JMP | BPF_EXIT;
  LIBBPF_OPTS(bpf_prog_load_opts, options);
  options.expected_attach_type = kind.attach;
  options.attach_btf_id = kind.attach_btf_id;
  const int fd =
      bpf_prog_load(kind.type, "pwru_trial", "GPL", program, std::size(program), &options);
  if (fd < 0) errno = -fd;
  return UniqueFd(fd);
}

// The list is read in bpf_kprobe_multi_link_attach(). A kernel without the hook refuses the type
// before: EINVAL before 5.18, EOPNOTSUPP without CONFIG_FPROBE.
HookTrial try_kprobe_multi() {
  const UniqueFd program = load_nothing({.attach = BPF_TRACE_KPROBE_MULTI});
  if (!program) return {"load a program", errno};
  LIBBPF_OPTS(bpf_link_create_opts, options);
  options.kprobe_multi.addrs = reinterpret_cast<const unsigned long*>(kUnreadable);
  options.kprobe_multi.cnt = 1;
  return judge("attach (Linux 5.18 with CONFIG_FPROBE)",
               -bpf_link_create(program.get(), 0, BPF_TRACE_KPROBE_MULTI, &options));
}

// The list is read in bpf_tracing_multi_attach().
HookTrial try_fentry_multi() {
  const UniqueFd program = load_nothing({.type = BPF_PROG_TYPE_TRACING, .attach = kFentryMulti});
  if (!program) return {"load a program (Linux 7.2)", errno};
  FentryMultiLink link;
  link.program_fd = static_cast<uint32_t>(program.get());
  link.ids = kUnreadable;
  link.count = 1;
  return judge("attach", create_fentry_multi(link) ? 0 : errno);
}

Result<uint32_t> kprobe_pmu_type() {
  PWRU_ASSIGN(const std::string text, read_file("/sys/bus/event_source/devices/kprobe/type"));
  uint32_t type = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), type).ec != std::errc())
    return fail("read the type of the kprobe PMU: it is no number");
  return type;
}

}  // namespace pwru::kernel
