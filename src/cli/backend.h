// SPDX-License-Identifier: Apache-2.0
// How functions are probed. As long as the choice is left to pwru, there is no Backend.
#pragma once

#include "cli/names.h"

namespace pwru::cli {

enum class Backend { Kprobe, KprobeMulti, Tracepoint };
template <>
inline constexpr auto kNames<Backend> = std::to_array<std::string_view>({"kprobe", "kprobe-multi",
                                                                         "tracepoint"});

}  // namespace pwru::cli
