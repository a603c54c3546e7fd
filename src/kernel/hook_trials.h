// SPDX-License-Identifier: Apache-2.0
// Tries hooks with the smallest program, without an attach that succeeds: that costs grace periods,
// 140 ms in an emulated guest, and would say no more.
#pragma once

#include <bpf/bpf.h>

#include <cstdint>
#include <string_view>

#include "base/handle.h"
#include "base/result.h"

namespace pwru::kernel {

struct ProgramKind {
  bpf_prog_type type = BPF_PROG_TYPE_KPROBE;
  bpf_attach_type attach = {};
  uint32_t attach_btf_id = 0;
};

// A program that does nothing. None: errno says why.
[[nodiscard]] UniqueFd load_nothing(const ProgramKind& kind = {});

// What a kernel without the hook said.
struct HookTrial {
  std::string_view step;  // that failed
  int code = 0;           // its errno value; 0: the kernel has the hook
};

[[nodiscard]] HookTrial try_kprobe_multi();
[[nodiscard]] HookTrial try_fentry_multi();

// The type of perf events that are kprobes (/sys/bus/event_source/devices/kprobe/type).
[[nodiscard]] Result<uint32_t> kprobe_pmu_type();

}  // namespace pwru::kernel
