// SPDX-License-Identifier: Apache-2.0
// tracefs, wherever it is, or mounted for this process alone.
#pragma once

#include <string>

#include "base/result.h"

namespace pwru::kernel {

// The text of available_filter_functions. Looks in /proc/self/mountinfo for tracefs (and for
// debugfs with a tracing folder); if there is none, mounts tracefs without a mount point (fsopen,
// fsmount: Linux 5.2), which nobody else sees and which goes with the descriptor. An error is no
// reason to stop: its sentence is the note for the user.
[[nodiscard]] Result<std::string> read_available_functions();

}  // namespace pwru::kernel
