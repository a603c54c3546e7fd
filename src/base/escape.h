// SPDX-License-Identifier: Apache-2.0
// Makes text of others safe to print. Whoever names an interface, a namespace or a file must not be
// able to move the cursor, forge a line or turn the direction of text on root's terminal.
#pragma once

#include <string>
#include <string_view>

namespace pwru {

// Appends `text`. Control characters and bytes that are not UTF-8 become \xNN. Characters that are
// invisible or change the direction of text become \u{NNNN}. Everything else stays as it is.
void append_escaped(std::string& out, std::string_view text);
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace pwru
