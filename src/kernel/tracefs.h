// SPDX-License-Identifier: Apache-2.0
// tracefs, wherever it is, or mounted for this process alone.
#pragma once

#include <string>

#include "base/handle.h"
#include "base/result.h"

namespace pwru::kernel {

// A tracefs in which `file` opens with `flags`, as a directory to openat() from. Looks in
// /proc/self/mountinfo for tracefs (and for debugfs with a tracing folder); if there is none,
// mounts one without a mount point (fsopen, fsmount: Linux 5.2), which nobody else sees and which
// goes with the descriptor.
[[nodiscard]] Result<UniqueFd> open_tracefs(const char* file, int flags);

// available_filter_functions, to be read.
[[nodiscard]] Result<UniqueFd> open_available_functions();
// The text of available_filter_functions. An error is no reason to stop: its sentence is the note
// for the user.
[[nodiscard]] Result<std::string> read_available_functions();

}  // namespace pwru::kernel
