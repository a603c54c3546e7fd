// SPDX-License-Identifier: Apache-2.0
// What the user probably meant.
#pragma once

#include <string>
#include <string_view>

namespace pwru::cli {

// The only option that begins with `name`, or the option that `name` misspells; "" if there is
// none.
[[nodiscard]] std::string_view nearest_option(std::string_view name);

// For an option of tcpdump, as in "-i": "; use --filter-ifname NAME"; "" for any other word.
[[nodiscard]] std::string tcpdump_hint(std::string_view word);

// "; did you mean 'tcp_.*'?" for a pattern that was not meant as a regular expression: tcp_*, a
// list with commas, a name with its [module]. "" for any other pattern.
[[nodiscard]] std::string pattern_hint(std::string_view pattern);

}  // namespace pwru::cli
