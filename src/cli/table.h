// SPDX-License-Identifier: Apache-2.0
// The one list of options. The parser, --help, the bash completion and the tests of the man page
// are made from it.
#pragma once

#include <span>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "cli/options.h"

namespace pwru::cli {

enum class Group { Filter, Probe, Output, General };

// Stores a value that is more than a string; the error says only what is expected.
using Setter = Result<> (*)(Options&, std::string_view value);

// Where a value goes, and thereby how it is read: only bool options may stand without one.
using Target = std::variant<bool Options::*, std::string Options::*, Setter>;

struct OptionRow {
  std::string_view name;     // without the dashes
  char short_name;           // 0: none
  std::string_view metavar;  // "" for bool options; "a|b|c" when these are all there are
  Group group;
  Target target;
  std::string_view help;

  [[nodiscard]] constexpr bool is_bool() const {
    return std::holds_alternative<bool Options::*>(target);
  }
};

// All options in the order of --help, group after group.
[[nodiscard]] std::span<const OptionRow> option_table();
[[nodiscard]] std::string_view title_of(Group group);

}  // namespace pwru::cli
