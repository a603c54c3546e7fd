// SPDX-License-Identifier: Apache-2.0
// What this kernel offers to BPF. Each feature is found out by trying it, never by the version
// number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kernel/btf/btf.h"
#include "kernel/pages.h"
#include "kernel/switches.h"
#include "kernel/symbols/symbols.h"

namespace pwru::kernel {

// Of Features::lockdown: nothing may read the kernel's memory.
inline constexpr std::string_view kLockedDown = "confidentiality";

struct Features {
  bool has_kprobe_multi = false;  // 5.18 with CONFIG_FPROBE, and ftrace is not switched off
  bool has_fentry_multi = false;  // 7.2 on x86-64, see probe_fentry_multi()
  bool has_kprobe = false;        // the kprobe PMU exists and accepts a probe
  Switch kprobe_switch = Switch::Unknown;  // of all kprobes; read where they may be used
  bool is_kprobe_hit = true;               // false: a packet passed a kprobe, which was not hit
  bool has_get_func_ip = false;            // bpf_get_func_ip in a kprobe program, 5.15
  bool has_ring_buffer = true;             // BPF_MAP_TYPE_RINGBUF, 5.8
  bool has_mmapable_arrays = true;         // BPF_F_MMAPABLE, 5.5
  bool has_probe_read_kernel = true;       // 5.5; false: only bpf_probe_read
  // 5.6. Before, libbpf hands all functions over as static ones, unasked.
  bool has_global_functions = true;
  bool has_fexit = false;    // a fexit program can be loaded; its attach may still be refused
  bool has_cmpxchg = false;  // an atomic compare-and-exchange, 5.12
  // BTF id of the kfunc bpf_rdonly_cast (6.2) in vmlinux; 0 when it cannot be used.
  uint32_t rdonly_cast_id = 0;
  // BTF id of a struct whose bytes 2..127 are one array of char (struct __kernel_sockaddr_storage);
  // 0 when there is none. A pointer that is cast to it reads packet bytes through that array.
  uint32_t byte_window_id = 0;
  PageLayout pages;
  std::string lockdown;             // "none", "integrity", "confidentiality", or "" when unknown
  std::string why_no_kprobe;        // one sentence, when neither kind of probe works
  int no_kprobe_code = 0;           // its errno value, if a call failed
  bool is_without_kprobes = false;  // neither kind works, and no user can change that
};

// Raises the memlock limit first. Needs CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN.
[[nodiscard]] Result<Features> probe_features(const Btf& vmlinux);
// Asks for fentry-multi, which only whoever wants it needs to know of.
void probe_fentry_multi(const Btf& vmlinux, Features& features);
// Finds out whether a single kprobe works and is hit. Looks only where there is no kprobe-multi or
// where the user wants kprobes, and attaches one only when nothing cheaper can tell.
void probe_single_kprobe(const Symbols& symbols, bool is_wanted, Features& features);

// Kernels before 5.11 account BPF memory to RLIMIT_MEMLOCK. Raises the limit as far as this process
// may. A limit that stays too low shows when a map is created.
void raise_memlock_limit();

}  // namespace pwru::kernel
