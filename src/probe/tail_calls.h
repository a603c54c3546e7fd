// SPDX-License-Identifier: Apache-2.0
// Programs that a tail call can reach: it jumps behind the place that fentry patches.
#pragma once

#include <functional>

#include "program/prog_template.h"

namespace pwru::probe {

// One line on stderr if there are programs of a wanted kind in maps of the type PROG_ARRAY.
void warn_about_tail_calls(const std::function<bool(program::ProgKind)>& is_wanted);

}  // namespace pwru::probe
