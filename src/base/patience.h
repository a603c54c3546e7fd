// SPDX-License-Identifier: Apache-2.0
// Waiting for whoever reads what we write, who may never do so.
#pragma once

#include <chrono>

namespace pwru {

// Until `fd` takes more, or has an error that write(2) will tell. Once a stop is asked for only
// `grace` longer, and not at all when that is urgent, or when the same reader was given up before:
// false, whoever reads takes nothing.
[[nodiscard]] bool wait_until_writable(int fd, std::chrono::milliseconds grace);

}  // namespace pwru
