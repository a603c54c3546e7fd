// SPDX-License-Identifier: Apache-2.0
// Links of one program to the entries of many functions (Linux 7.2). No library of Debian 12 knows
// them.
#pragma once

#include <linux/bpf.h>

#include <array>
#include <cstdint>

#include "base/handle.h"
#include "kernel/btf/btf.h"

namespace pwru::kernel {

// BPF_TRACE_FENTRY_MULTI. A program of type TRACING is loaded with it and without attach_btf_id.
inline constexpr auto kFentryMulti = static_cast<bpf_attach_type>(59);

// What BPF_LINK_CREATE takes for it. All or nothing: one function that is refused is an error.
struct FentryMultiLink {
  uint32_t program_fd = 0;
  uint32_t target_fd = 0;
  uint32_t attach_type = kFentryMulti;
  uint32_t flags = 0;
  uint64_t ids = 0;      // address of uint32_t[]: functions in the BTF of vmlinux
  uint64_t cookies = 0;  // address of uint64_t[], one for each; 0: none
  uint32_t count = 0;
  std::array<uint32_t, 7> rest = {};
};

// None: errno says why.
[[nodiscard]] UniqueFd create_fentry_multi(const FentryMultiLink& link);

// Whether the kernel builds a trampoline for functions of this type: btf_distill_func_proto() and
// arch_prepare_bpf_trampoline() of x86.
[[nodiscard]] bool fits_trampoline(const Btf& btf, uint32_t func_proto_id);

}  // namespace pwru::kernel
