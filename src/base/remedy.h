// SPDX-License-Identifier: Apache-2.0
// What to do about an error that a limit of this process may be the cause of.
#pragma once

namespace pwru {

// "; raise the limit (ulimit -n)", the end of a sentence; "" when no limit is known to be the
// cause.
[[nodiscard]] const char* remedy_of(int code);

}  // namespace pwru
