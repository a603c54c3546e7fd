// SPDX-License-Identifier: Apache-2.0
// Whether to colour. --color decides; without it, the conventions NO_COLOR and CLICOLOR_FORCE do.
#pragma once

#include "cli/options.h"

namespace pwru::cli {

// As getenv() returns them: nullptr for a variable that is not set.
struct ColorEnvironment {
  const char* no_color = nullptr;
  const char* clicolor_force = nullptr;
  const char* term = nullptr;
};

// --color decides; then NO_COLOR (not empty: never), then CLICOLOR_FORCE (not empty, not 0:
// always), then whether the output is a terminal that is not TERM=dumb.
[[nodiscard]] bool use_color(ColorChoice choice, const ColorEnvironment& environment, bool is_tty);

}  // namespace pwru::cli
