// SPDX-License-Identifier: Apache-2.0
// SIGINT and SIGTERM ask to stop, asked twice to hurry, and asked a third time the process ends.
#pragma once

namespace pwru {

// What SIGHUP means: that the terminal is gone, or that the output file was moved away.
enum class HangUp { Stops, Reopens };

// SIGINT ends the process, also where a shell had it ignored (pwru &). A closed pipe becomes an
// EPIPE error, and a file that may not grow EFBIG, instead of a signal.
void prepare_signals();
// From here on stop_requested() tells. With HangUp::Reopens a terminal that goes away stops too.
void catch_stop_signals(HangUp hang_up);

[[nodiscard]] bool stop_requested();
// Asked twice: there is a second left for what there is to say. Nothing is to be waited for.
[[nodiscard]] bool stop_is_urgent();
// Whether SIGHUP came since the last call, and means that the output file was moved away.
[[nodiscard]] bool take_reopen_request();

}  // namespace pwru
