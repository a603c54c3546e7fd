// SPDX-License-Identifier: Apache-2.0
// SIGINT and SIGTERM ask to stop; asked twice, the process ends at once.
#pragma once

namespace pwru {

// Also makes a closed pipe an EPIPE error instead of a signal.
void install_signal_handlers();

[[nodiscard]] bool stop_requested();

}  // namespace pwru
