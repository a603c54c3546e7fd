// SPDX-License-Identifier: Apache-2.0
// Keeps what libbpf says, and prints none of it: its last words go into the error sentence.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace pwru::program {

// From now on libbpf is silent, or with `is_debug` writes everything to stderr.
void capture_libbpf_log(bool is_debug);

// The last line that gives a reason, of the verifier or of libbpf. Empties the log.
[[nodiscard]] std::string take_libbpf_reason();

// The error that loading failed with, out of what libbpf returned and its reason: libbpf says that
// there is no BTF of the kernel (ESRCH) also where it has no memory to read it, and Linux 5.10 that
// a map is too large (E2BIG).
[[nodiscard]] int load_error(int code, std::string_view reason);
// Of a call of libbpf that failed: with libbpf's reason, unless a limit of this process is the
// cause.
[[nodiscard]] tl::unexpected<Error> libbpf_fail(std::string what, int error);

// The same out of a verifier log that the caller asked for.
[[nodiscard]] std::string reason_in(std::string_view log);

}  // namespace pwru::program
