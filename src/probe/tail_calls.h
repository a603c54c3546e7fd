// SPDX-License-Identifier: Apache-2.0
// Programs that can be reached by a tail call, which jumps behind the place that fentry patches.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "program/prog_template.h"

namespace pwru::probe {

// The names (15 characters at most) of the programs in maps of the type PROG_ARRAY, each once.
[[nodiscard]] std::vector<std::string> tail_called_progs(
    const std::function<bool(program::ProgKind)>& is_wanted);

}  // namespace pwru::probe
