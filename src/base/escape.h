// SPDX-License-Identifier: Apache-2.0
// Text that goes to a person. Whoever names an interface, a namespace or a file may not move the
// cursor, forge a line or turn the direction of text on the terminal of root.
#pragma once

#include <string>
#include <string_view>

namespace pwru {

// Appends `text`: control characters and bytes that are not UTF-8 become \xNN, characters that are
// invisible or change the direction of text \u{NNNN}. All else stays.
void append_escaped(std::string& out, std::string_view text);
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace pwru
