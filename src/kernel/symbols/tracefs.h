// SPDX-License-Identifier: Apache-2.0
// Opens tracefs wherever it is mounted, or mounts it for this process alone.
#pragma once

#include <string>

#include "base/handle.h"
#include "base/result.h"

namespace pwru::kernel {

// A tracefs in which `file` opens with `flags`, as a directory to openat() from. Searches
// /proc/self/mountinfo for tracefs, and for debugfs with a folder tracing. If there is none, mounts
// one without a mount point (fsopen, fsmount: Linux 5.2). No other process sees that mount, and it
// goes away with the descriptor.
[[nodiscard]] Result<UniqueFd> open_tracefs(const char* file, int flags);

// Opens available_filter_functions for reading.
[[nodiscard]] Result<UniqueFd> open_available_functions();
// The text of available_filter_functions. An error does not stop the start: its sentence becomes a
// note for the user.
[[nodiscard]] Result<std::string> read_available_functions();

}  // namespace pwru::kernel
