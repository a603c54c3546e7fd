// SPDX-License-Identifier: Apache-2.0
// Each feature is tried with the smallest program or call that needs it, and only as far as the
// answer needs: one attach that succeeds takes longer than the rest of a start.
#include "kernel/features.h"

#include <bpf/bpf.h>
#include <fmt/core.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <array>
#include <span>

#include "base/file.h"
#include "base/handle.h"
#include "kernel/hook_trials.h"
#include "kernel/own_datagram.h"
#include "kernel/privileges.h"

namespace pwru::kernel {
namespace {

// bpf_rdonly_cast() is only for programs under the GPL, such as pwru's.
constexpr const char* kLicense = "GPL";
// A function that is not inlined and can be traced. In process context only code that clones
// packets calls it.
constexpr const char* kProbeTarget = "skb_clone";
// When a packet is freed, it passes the first of these that the kernel has.
constexpr auto kTrialTargets =
    std::to_array<std::string_view>({"skb_release_head_state", "kfree_skbmem"});
constexpr uint32_t kWindowBegin = 2;
constexpr uint32_t kWindowEnd = 128;

constexpr bpf_insn instruction(unsigned code, unsigned dst, unsigned src, int16_t off,
                               int32_t imm) {
  bpf_insn insn{};
  insn.code = static_cast<uint8_t>(code);
  insn.dst_reg = dst & 0xf;  // a field of four bits
  insn.src_reg = src & 0xf;
  insn.off = off;
  insn.imm = imm;
  return insn;
}

constexpr bpf_insn mov_imm(unsigned reg, int32_t value) {
  return instruction(BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, value);
}

constexpr bpf_insn load(unsigned size, unsigned dst, unsigned src, int16_t offset) {
  return instruction(BPF_LDX | BPF_MEM | size, dst, src, offset, 0);
}

constexpr bpf_insn call(unsigned what, int32_t id) {
  return instruction(BPF_JMP | BPF_CALL, 0, what, 0, id);
}

constexpr bpf_insn kExit = instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
constexpr unsigned kHelper = 0;

UniqueFd load_program(std::span<const bpf_insn> instructions) {
  LIBBPF_OPTS(bpf_prog_load_opts, options);
  const int fd = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "pwru_probe", kLicense, instructions.data(),
                               instructions.size(), &options);
  if (fd < 0) errno = -fd;
  return UniqueFd(fd);
}

bool has_get_func_ip() {
  const bpf_insn program[] = {call(kHelper, BPF_FUNC_get_func_ip), mov_imm(BPF_REG_0, 0), kExit};
  return static_cast<bool>(load_program(program));
}

// `bytes`: of the key and of the value. What fails for another reason shows when a trace is loaded.
bool knows_map(bpf_map_type type, uint32_t bytes, uint32_t entries, uint32_t flags) {
  LIBBPF_OPTS(bpf_map_create_opts, options);
  options.map_flags = flags;
  const int fd = bpf_map_create(type, "pwru_probe", bytes, bytes, entries, &options);
  const UniqueFd map(fd);
  return fd != -EINVAL;
}

// Whether a program may call one of the helpers that copy memory.
bool can_copy_by(int32_t helper) {
  const bpf_insn program[] = {
      instruction(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_10, 0, 0),
      instruction(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_1, 0, 0, -8),
      mov_imm(BPF_REG_2, 8),
      mov_imm(BPF_REG_3, 0),
      call(kHelper, helper),
      mov_imm(BPF_REG_0, 0),
      kExit,
  };
  return static_cast<bool>(load_program(program));
}

// A kernel that is locked down allows neither helper, and is not old for that.
bool has_probe_read_kernel() {
  return can_copy_by(BPF_FUNC_probe_read_kernel) || !can_copy_by(BPF_FUNC_probe_read);
}

bool has_cmpxchg() {
  constexpr int16_t kWord = -8;
  const bpf_insn program[] = {
      instruction(BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, kWord, 0),
      mov_imm(BPF_REG_0, 0),
      mov_imm(BPF_REG_1, 1),
      instruction(BPF_STX | BPF_ATOMIC | BPF_W, BPF_REG_10, BPF_REG_1, kWord, BPF_CMPXCHG),
      mov_imm(BPF_REG_0, 0),
      kExit};
  return static_cast<bool>(load_program(program));
}

// Attaches a kprobe to this process and sends a datagram of its own past it.
struct KprobeTrial {
  int error = 0;  // the errno value of the step that failed
  bool is_hit = true;
};

KprobeTrial try_kprobe(uint64_t addr) {
  const auto type = kprobe_pmu_type();
  if (!type) return {ENODEV};
  perf_event_attr attr{};
  attr.size = sizeof(attr);
  attr.type = *type;
  attr.config1 = 0;  // kprobe_func is null, so config2 is the address
  attr.config2 = addr;
  constexpr int kAnyCpu = -1;
  const UniqueFd event(static_cast<int>(
      ::syscall(SYS_perf_event_open, &attr, 0 /* this task */, kAnyCpu, -1, PERF_FLAG_FD_CLOEXEC)));
  if (!event) return {errno};
  uint64_t hits = 0;
  if (!pass_own_datagram() || ::read(event.get(), &hits, sizeof(hits)) != sizeof(hits)) return {};
  return {0, hits > 0};
}

// The program is only loaded. A kernel without trampolines refuses it at that point, and an attach
// costs grace periods (50 to 340 ms in an emulated guest).
bool has_fexit(const Btf& vmlinux) {
  const uint32_t target = vmlinux.find(kProbeTarget, BTF_KIND_FUNC);
  if (target == 0) return false;
  return static_cast<bool>(load_nothing(
      {.type = BPF_PROG_TYPE_TRACING, .attach = BPF_TRACE_FEXIT, .attach_btf_id = target}));
}

bool is_byte(const Btf& btf, uint32_t id) {
  const uint32_t type = btf.resolve(id);
  return btf.kind(type) == BTF_KIND_INT && btf.type(type).size == 1;
}

// Whether bytes 2..127 of the type are one array of bytes, possibly inside anonymous members.
bool has_window(const Btf& btf, uint32_t id, uint32_t begin, int depth = 0) {
  constexpr int kMaxDepth = 4;
  if (depth > kMaxDepth) return false;
  const bool has_size_bits = BTF_INFO_KFLAG(btf.type(id).info) != 0;
  for (const btf_member& member : btf.members(id)) {
    const uint32_t bits = has_size_bits ? BTF_MEMBER_BIT_OFFSET(member.offset) : member.offset;
    const uint32_t at = begin + bits / 8;
    const uint32_t type = btf.resolve(member.type);
    if (const btf_array* array = btf.array(type); array && at == kWindowBegin &&
                                                  array->nelems == kWindowEnd - kWindowBegin &&
                                                  is_byte(btf, array->type))
      return true;
    if (has_window(btf, type, at, depth + 1)) return true;
  }
  return false;
}

uint32_t find_byte_window(const Btf& vmlinux) {
  constexpr const char* kUsual = "__kernel_sockaddr_storage";
  const uint32_t usual = vmlinux.find(kUsual, BTF_KIND_STRUCT);
  if (usual != 0 && has_window(vmlinux, usual, 0)) return usual;
  for (uint32_t id = vmlinux.first_id(); id < vmlinux.end_id(); ++id)
    if (vmlinux.kind(id) == BTF_KIND_STRUCT && vmlinux.type(id).size >= kWindowEnd &&
        has_window(vmlinux, id, 0))
      return id;
  return 0;
}

void probe_rdonly_cast(const Btf& vmlinux, Features& features) {
  const uint32_t cast = vmlinux.find("bpf_rdonly_cast", BTF_KIND_FUNC);
  if (cast == 0) return;
  const uint32_t window = find_byte_window(vmlinux);
  if (window == 0) return;
  const bpf_insn program[] = {
      load(BPF_DW, BPF_REG_1, BPF_REG_1, 0),  // any number from the registers
      mov_imm(BPF_REG_2, static_cast<int32_t>(window)),
      call(BPF_PSEUDO_KFUNC_CALL, static_cast<int32_t>(cast)),
      load(BPF_B, BPF_REG_1, BPF_REG_0, kWindowBegin),
      load(BPF_B, BPF_REG_1, BPF_REG_0, kWindowEnd - 1),
      mov_imm(BPF_REG_0, 0),
      kExit,
  };
  if (!load_program(program)) return;
  features.rdonly_cast_id = cast;
  features.byte_window_id = window;
}

constexpr const char* kNoneLockedDown =
    "attach a kprobe: the kernel is locked down (confidentiality), which forbids it; see "
    "kernel_lockdown(7)";

std::string explain_kprobe(int error) {
  if (error == ENODEV)
    return "attach a kprobe: this kernel is built without kprobes; it needs CONFIG_KPROBE_EVENTS, "
           "or "
           "CONFIG_FPROBE for kprobe-multi";
  return fmt::format("attach a kprobe to {}: {}", kTrialTargets.front(), std::strerror(error));
}

void probe_kprobes(Features& features) {
  if (features.lockdown == kLockedDown) {
    features.why_no_kprobe = kNoneLockedDown;
    features.is_without_kprobes = true;
    return;
  }
  // With ftrace switched off a kprobe.multi link attaches and is never hit, and a kprobe at the
  // start of a function can be created and not armed.
  if (ftrace_switch() == Switch::Off) {
    features.why_no_kprobe =
        "attach a kprobe: ftrace is switched off; run sysctl kernel.ftrace_enabled=1";
    return;
  }
  features.has_kprobe_multi = try_kprobe_multi().code == 0;
  // kprobe-multi and kprobes use the same machinery, and a trial would cost grace periods again.
  if (features.has_kprobe_multi) features.has_kprobe = kprobe_pmu_type().has_value();
}

}  // namespace

void raise_memlock_limit() {
  const rlimit no_limit{RLIM_INFINITY, RLIM_INFINITY};
  if (::setrlimit(RLIMIT_MEMLOCK, &no_limit) == 0) return;
  // Without CAP_SYS_RESOURCE the limit can only be raised to the hard limit.
  rlimit limit{};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_MEMLOCK, &limit);
}

Result<Features> probe_features(const Btf& vmlinux) {
  raise_memlock_limit();
  if (!load_nothing()) {
    const int error = errno;
    if (error == ENOSYS || error == EINVAL)
      return fail(
          "load a BPF program: this kernel cannot run BPF tracing programs; it needs "
          "CONFIG_BPF_SYSCALL and CONFIG_BPF_EVENTS",
          ExitCode::NotSupported, error);
    return sys_fail("load a BPF program", error);
  }
  Features features;
  features.lockdown = lockdown_mode();
  features.pages = find_pages();
  features.has_get_func_ip = has_get_func_ip();
  features.has_ring_buffer = knows_map(BPF_MAP_TYPE_RINGBUF, 0, features.pages.page_bytes, 0);
  features.has_mmapable_arrays = knows_map(BPF_MAP_TYPE_ARRAY, 4, 1, BPF_F_MMAPABLE);
  features.has_probe_read_kernel = has_probe_read_kernel();
  features.has_fexit = has_fexit(vmlinux);
  features.has_cmpxchg = has_cmpxchg();
  probe_kprobes(features);
  probe_rdonly_cast(vmlinux, features);
  return features;
}

// Without the masking of interrupts (6.14) its programs cannot be loaded. On other machines
// Linux 7.2 builds no trampolines for many functions, and the trial may not notice.
void probe_fentry_multi(const Btf& vmlinux, Features& features) {
#if defined(__x86_64__)
  constexpr bool kHasTrampolines = true;
#else
  constexpr bool kHasTrampolines = false;
#endif
  features.has_fentry_multi = kHasTrampolines && features.has_kprobe_multi &&
                              vmlinux.find("bpf_local_irq_save", BTF_KIND_FUNC) &&
                              try_fentry_multi().code == 0;
}

void probe_single_kprobe(const Symbols& symbols, bool is_wanted, Features& features) {
  if (!features.why_no_kprobe.empty()) return;
  if (!features.has_kprobe_multi || is_wanted)
    features.kprobe_switch = read_switch(open_kprobe_switch());
  // Nothing is left to try when the switch of kprobes is known and kprobe-multi shows that there
  // are kprobes.
  if (features.has_kprobe_multi && (!is_wanted || features.kprobe_switch != Switch::Unknown))
    return;
  std::vector<uint64_t> targets;
  for (const std::string_view name : kTrialTargets)
    if (targets.empty()) targets = symbols.addresses(name, "");
  if (targets.empty()) {
    features.why_no_kprobe =
        fmt::format("attach a kprobe: /proc/kallsyms has no {}", kTrialTargets.front());
    return;
  }
  const KprobeTrial trial = try_kprobe(targets.front());
  features.is_kprobe_hit = trial.is_hit;
  if (features.has_kprobe_multi)
    return;  // an event of tracefs may work where this perf event failed
  features.has_kprobe = trial.error == 0;
  if (features.has_kprobe) return;
  features.why_no_kprobe = explain_kprobe(trial.error);
  features.no_kprobe_code = trial.error;
  features.is_without_kprobes = trial.error == ENODEV;
}

}  // namespace pwru::kernel
