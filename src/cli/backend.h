// SPDX-License-Identifier: Apache-2.0
// How functions are probed. As long as the choice is left to pwru, there is no Backend.
#pragma once

#include "cli/names.h"

namespace pwru::cli {

enum class Backend { Kprobe, KprobeMulti, Fentry, FentryMulti, Tracepoint };
template <>
inline constexpr auto kNames<Backend> = std::to_array<std::string_view>({"kprobe", "kprobe-multi",
                                                                         "fentry", "fentry-multi",
                                                                         "tracepoint"});

// Whether functions are at links of kprobe-multi. With fentry-multi those are that it cannot have.
[[nodiscard]] constexpr bool uses_kprobe_multi(Backend backend) {
  return backend == Backend::KprobeMulti || backend == Backend::FentryMulti;
}

// The same of single kprobes, and fentry.
[[nodiscard]] constexpr bool uses_kprobes(Backend backend) {
  return backend == Backend::Kprobe || backend == Backend::Fentry;
}

}  // namespace pwru::cli
