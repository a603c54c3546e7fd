// SPDX-License-Identifier: Apache-2.0
// What the user probably meant.
#pragma once

#include <string_view>

namespace pwru::cli {

// The option that `name` abbreviates, if only one does, or else is a typing mistake of; "" if none.
[[nodiscard]] std::string_view nearest_option(std::string_view name);

}  // namespace pwru::cli
