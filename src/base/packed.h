// SPDX-License-Identifier: Apache-2.0
// Files that are embedded in the executable as gzip.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace pwru {

// `begin` to `end` is one gzip file of this build; `what` is its name for an error.
[[nodiscard]] Result<std::string> unpack_gzip(const char* begin, const char* end,
                                              std::string_view what);

}  // namespace pwru
