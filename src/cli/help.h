// SPDX-License-Identifier: Apache-2.0
// The text of --help, from the table.
#pragma once

#include <string>

namespace pwru::cli {

// At most 80 columns wide, with a newline at the end. One screen with the options that are used
// most, or all of them.
[[nodiscard]] std::string help_text();
[[nodiscard]] std::string help_text_of_all();

}  // namespace pwru::cli
