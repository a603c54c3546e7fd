// SPDX-License-Identifier: Apache-2.0
// The documents that the executable carries.
#pragma once

#include <string>

#include "base/result.h"

namespace pwru::cli {

// docs/pwru.8 as plain text of 78 columns.
[[nodiscard]] Result<std::string> manual_text();
// docs/event.schema.json.
[[nodiscard]] Result<std::string> json_schema();

}  // namespace pwru::cli
