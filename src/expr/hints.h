// SPDX-License-Identifier: Apache-2.0
// Suggests what was meant by a name that an expression does not know.
#pragma once

#include <string>
#include <string_view>

#include "expr/check.h"

namespace pwru::expr {

// Begins with "; "; "" when nothing is similar. Suggests a member without its "skb->", a member of
// the device, or the value of a macro, because BTF has no macros.
[[nodiscard]] std::string name_hint(const Types& types, const Root& root, std::string_view name);

}  // namespace pwru::expr
