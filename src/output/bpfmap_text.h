// SPDX-License-Identifier: Apache-2.0
// What was looked up in a BPF map, or put there: as text where the map has types, else in hex.
#pragma once

#include <string>

#include "resolve/record.h"

namespace pwru::output {

// Several lines without a newline at the end.
[[nodiscard]] std::string map_call_text(const resolve::MapCall& call);

}  // namespace pwru::output
