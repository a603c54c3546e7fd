// SPDX-License-Identifier: Apache-2.0
// Waiting for the reader of the output, which may never read.
#pragma once

#include <chrono>

namespace pwru {

// Waits until `fd` is writable, or has an error, which write(2) will then return. Returns false
// when the reader is given up. After a stop was asked for, that is `grace` later; at once, when the
// stop is urgent or when the same reader was given up before.
[[nodiscard]] bool wait_until_writable(int fd, std::chrono::milliseconds grace);

}  // namespace pwru
