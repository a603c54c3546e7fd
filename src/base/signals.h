// SPDX-License-Identifier: Apache-2.0
// SIGINT, SIGTERM and SIGHUP ask to stop; asked twice, the process ends at once.
#pragma once

#include <pthread.h>

#include <csignal>

namespace pwru {

// SIGINT ends the process, also where a shell had it ignored (pwru &). A closed pipe becomes an
// EPIPE error, and a file that may not grow EFBIG, instead of a signal.
void prepare_signals();
// From here on stop_requested() tells.
void catch_stop_signals();

[[nodiscard]] bool stop_requested();

// The calling thread takes no more of them; returns what it took before.
sigset_t block_stop_signals();
// Whatever that thread waits in ends with EINTR, as by a signal of its own.
void interrupt(pthread_t thread);

}  // namespace pwru
