// SPDX-License-Identifier: Apache-2.0
// The names of enumerators, in their order: for parsing, --help, completion, errors and lines.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace pwru::cli {

// A specialisation stands beside each enum whose values have names.
template <class Enum>
inline constexpr std::array<std::string_view, 0> kNames = {};

template <class Enum>
[[nodiscard]] constexpr std::string_view name_of(Enum value) {
  return kNames<Enum>[static_cast<size_t>(value)];
}

template <class Enum>
[[nodiscard]] constexpr std::optional<Enum> value_named(std::string_view name) {
  const auto found = std::find(kNames<Enum>.begin(), kNames<Enum>.end(), name);
  if (found == kNames<Enum>.end()) return std::nullopt;
  return static_cast<Enum>(found - kNames<Enum>.begin());
}

}  // namespace pwru::cli
