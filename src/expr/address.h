// SPDX-License-Identifier: Apache-2.0
// Addresses in an expression: 10.0.0.1, 10.0.0.0/8, fe80::1, fe80::/10, 02:00:5e:10:00:01.
#pragma once

#include <string_view>

#include "expr/lexer.h"

namespace pwru::expr {

// How many characters at the front of `text` are meant as an address; 0: something else. The shape
// decides, because no operator has a colon and no number a second dot.
[[nodiscard]] size_t address_length(std::string_view text);

// The error only says what is wrong.
[[nodiscard]] Result<Address> read_address(std::string_view text);

}  // namespace pwru::expr
