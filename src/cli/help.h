// SPDX-License-Identifier: Apache-2.0
// The text of --help, from the table.
#pragma once

#include <string>

namespace pwru::cli {

// At most 80 columns wide, with a newline at the end.
[[nodiscard]] std::string help_text();

}  // namespace pwru::cli
