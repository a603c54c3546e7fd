// SPDX-License-Identifier: Apache-2.0
// What the user probably meant.
#pragma once

#include <string>
#include <string_view>

namespace pwru::cli {

// The option that `name` abbreviates, if only one does, or else is a typing mistake of; "" if none.
[[nodiscard]] std::string_view nearest_option(std::string_view name);

// For an option of tcpdump, as in "-i": "; use --filter-ifname NAME"; "" for any other word.
[[nodiscard]] std::string tcpdump_hint(std::string_view word);

// For a --filter-func that was meant as something else than a regular expression (tcp_*, a list
// with commas, a name with its [module]): "; did you mean 'tcp_.*'?"; else "".
[[nodiscard]] std::string pattern_hint(std::string_view pattern);

}  // namespace pwru::cli
