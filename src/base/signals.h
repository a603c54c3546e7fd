// SPDX-License-Identifier: Apache-2.0
// SIGINT, SIGTERM and SIGHUP ask to stop; asked twice, the process ends at once.
#pragma once

namespace pwru {

// SIGINT ends the process, also where a shell had it ignored (pwru &). A closed pipe becomes an
// EPIPE error, and a file that may not grow EFBIG, instead of a signal.
void prepare_signals();
// From here on stop_requested() tells.
void catch_stop_signals();

[[nodiscard]] bool stop_requested();

}  // namespace pwru
