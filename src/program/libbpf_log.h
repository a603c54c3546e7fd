// SPDX-License-Identifier: Apache-2.0
// Keeps what libbpf says, and prints none of it: its last words go into the error sentence.
#pragma once

#include <string>
#include <string_view>

namespace pwru::program {

// From now on libbpf is silent, or with `is_debug` writes everything to stderr.
void capture_libbpf_log(bool is_debug);

// The last line that gives a reason, of the verifier or of libbpf. Empties the log.
[[nodiscard]] std::string take_libbpf_reason();

// The same out of a verifier log that the caller asked for.
[[nodiscard]] std::string reason_in(std::string_view log);

}  // namespace pwru::program
