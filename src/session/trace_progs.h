// SPDX-License-Identifier: Apache-2.0
// The steps from the options to traced TC and XDP programs.
#pragma once

#include <memory>

#include "base/result.h"
#include "kernel/features.h"
#include "probe/bpf_progs.h"
#include "program/tracer.h"
#include "resolve/names.h"

namespace pwru {

struct ProgKinds {
  bool tc = false;
  bool xdp = false;
};

inline constexpr const char* kProgsRefused =
    "trace TC and XDP programs: this kernel refuses fentry and fexit programs (they need BTF and "
    "the BPF trampoline of Linux 5.5)";

// Nothing where the kernel has no fentry. Each program that is traced gets its name in `names`,
// which must outlive the result.
[[nodiscard]] Result<std::unique_ptr<probe::BpfProgs>> prepare_progs(
    const ProgKinds& kinds, const kernel::Features& features, const program::TracerSpec& spec,
    const program::Tracer& tracer, resolve::Names& names);

// Traces what is loaded now; a bar and one line on stderr, and one about tail calls if there are
// programs for that.
void attach_progs(probe::BpfProgs& progs, const ProgKinds& kinds);

}  // namespace pwru
