// SPDX-License-Identifier: Apache-2.0
// The text of a call of a BPF map: key and value by the types of the map, or in hex if it has none.
#pragma once

#include <string>

#include "resolve/record.h"

namespace pwru::output {

// Several lines without a newline at the end.
[[nodiscard]] std::string map_call_text(const resolve::MapCall& call);

}  // namespace pwru::output
