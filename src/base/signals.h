// SPDX-License-Identifier: Apache-2.0
// SIGINT and SIGTERM: the first asks to stop, the second asks to hurry, the third ends the process.
#pragma once

namespace pwru {

// What SIGHUP means: the terminal is gone (stop), or the output file was moved away (reopen it).
enum class HangUp { Stops, Reopens };

// SIGINT ends the process, also where a shell started it with SIGINT ignored (pwru &). Writing to a
// closed pipe gives EPIPE and growing a file past its limit EFBIG, instead of a signal.
void prepare_signals();
// From now on the signals only set what stop_requested() returns. With HangUp::Reopens a terminal
// that goes away still stops.
void catch_stop_signals(HangUp hang_up);

[[nodiscard]] bool stop_requested();
// A stop was asked for twice: the process ends within a second and must not wait for anything.
[[nodiscard]] bool stop_is_urgent();
// Whether a SIGHUP that means Reopens has arrived since the last call.
[[nodiscard]] bool take_reopen_request();

}  // namespace pwru
