// SPDX-License-Identifier: Apache-2.0
// What was probably meant by a name that an expression does not know.
#pragma once

#include <string>
#include <string_view>

#include "expr/check.h"

namespace pwru::expr {

// Begins with "; ", and is "" when nothing is like it: a member that lacks its "skb->", a member of
// the device, or a macro, which BTF does not have.
[[nodiscard]] std::string name_hint(const Types& types, const Root& root, std::string_view name);

}  // namespace pwru::expr
