// SPDX-License-Identifier: Apache-2.0
// The one list of options. The parser, --help, the bash completion and the tests of the man page
// are made from it.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "cli/names.h"
#include "cli/options.h"

namespace pwru::cli {

enum class Group { Filter, Probe, Output, General };

// The types of values. A row's type says how the value is read, what is accepted, and where it
// goes.

// true or false; only a flag may stand without a value.
struct Flag {
  bool Options::*member;
  // Takes any other value behind an equals sign; null: it is refused.
  Result<> (*store_word)(Options&, std::string_view value) = nullptr;
};

// Any text.
struct Text {
  std::string_view metavar;
  std::string Options::*member;
};

// One of these words: the names of an enum. choice() makes it.
struct Choice {
  std::span<const std::string_view> names;
  void (*store)(Options&, size_t index);
  std::optional<size_t> (*load)(const Options&);  // the index of the name; none: not chosen
  void (*reset)(Options&);                        // what an empty value does; null: it is refused
};

// A whole number from `least` to `most`.
struct Number {
  std::string_view metavar;
  std::variant<uint32_t Options::*, uint64_t Options::*> member;
  std::string_view unit = "";  // "bytes"
  uint64_t least = 0;
  uint64_t most = std::numeric_limits<uint64_t>::max();  // or what the member can hold
  std::string_view zero = "";                            // what 0 means: "no limit"
  uint64_t stored_for_zero = 0;
  uint64_t raised_to = 0;     // smaller numbers count as this one
  bool takes_suffix = false;  // K, M or G
};

// Texts. An option that is given twice adds to its list.
struct List {
  std::string_view metavar;
  std::vector<std::string>& (*of)(Options&);
  std::string_view expected;  // "names of kernel functions separated by commas"
  bool is_split = true;       // at commas
  std::string_view forbidden = " \t";
};

// A value that only one option has. The error says only what is expected.
struct Special {
  std::string_view metavar;
  Result<> (*store)(Options&, std::string_view value);
};

struct OptionRow {
  std::string_view name;  // without the dashes
  Group group;
  std::variant<Flag, Text, Choice, Number, List, Special> takes;
  std::string_view help;
  char short_name = 0;  // 0: none

  [[nodiscard]] constexpr bool is_flag() const { return std::holds_alternative<Flag>(takes); }
};

// All options in the order of --help, group after group.
[[nodiscard]] std::span<const OptionRow> option_table();
// Those of tests, which only the parser knows: see docs/architecture.md, "Old kernels".
[[nodiscard]] std::span<const OptionRow> hidden_option_table();
[[nodiscard]] std::string_view title_of(Group group);

// How --help names the value: "N", "none|current|..", "" for a flag.
[[nodiscard]] std::string metavar_of(const OptionRow& row);

// Reads a value and stores it. The error says only what is expected.
[[nodiscard]] Result<> store(Options& options, const OptionRow& row, std::string_view value);

}  // namespace pwru::cli
