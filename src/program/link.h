// SPDX-License-Identifier: Apache-2.0
// libbpf's static linker, on objects in memory.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pwru::program {

// One BPF object out of several. Libbpf's own words are in its log.
[[nodiscard]] Result<std::string> link_objects(std::span<const std::string_view> objects);

}  // namespace pwru::program
