// SPDX-License-Identifier: Apache-2.0
#include "cli/suggest.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "cli/table.h"

namespace pwru::cli {
namespace {

std::string_view only_option_starting_with(std::string_view name) {
  std::string_view found;
  for (const OptionRow& row : option_table()) {
    if (!row.name.starts_with(name)) continue;
    if (!found.empty()) return "";
    found = row.name;
  }
  return found;
}

struct TcpdumpOption {
  char letter;
  std::string_view instead;
};
constexpr std::array kTcpdumpOptions = std::to_array<TcpdumpOption>({
    {'i', "use --filter-ifname NAME"},
    {'c', "use --output-limit-lines N"},
    {'n', "leave it out, addresses and ports are always printed as numbers"},
    {'w', "use --output-file FILE, which gets lines of text"},
    {'t', "use --timestamp"},
    {'l', "leave it out, lines are never held back"},
});

bool is_name_char(char c) {
  return c == '_' || c == '.' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

// A star behind a letter was meant as in a shell. In a regular expression it repeats that letter.
std::string shell_stars_replaced(std::string_view pattern) {
  std::string replaced;
  for (size_t i = 0; i < pattern.size(); i++) {
    const bool is_shell_star =
        pattern[i] == '*' && (i == 0 || (is_name_char(pattern[i - 1]) && pattern[i - 1] != '.'));
    if (is_shell_star) replaced += '.';
    replaced += pattern[i];
  }
  return replaced;
}

std::string commas_replaced(std::string_view pattern) {
  std::string replaced(pattern);
  std::replace(replaced.begin(), replaced.end(), ',', '|');
  return replaced;
}

std::string_view leading_name(std::string_view pattern) {
  const auto end = std::find_if_not(pattern.begin(), pattern.end(), is_name_char);
  return pattern.substr(0, static_cast<size_t>(end - pattern.begin()));
}

// What pwru prints behind a function's name: "[ip_tables]", "+0x10", "(SKB_DROP_REASON_NO_SOCKET)".
bool is_printed_suffix(std::string_view text) {
  constexpr size_t kShortestModule = 3;
  if (text.starts_with("+0x") || text == "()" || text.starts_with("(SKB_")) return true;
  if (!text.starts_with('[') || !text.ends_with(']')) return false;
  const std::string_view inside = text.substr(1, text.size() - 2);
  return inside.size() >= kShortestModule && leading_name(inside) == inside;
}

}  // namespace

std::string tcpdump_hint(std::string_view word) {
  if (word.size() < 2 || word[1] == '-') return "";
  for (const TcpdumpOption& option : kTcpdumpOptions)
    if (word[1] == option.letter) return fmt::format("; {}", option.instead);
  return "";
}

std::string pattern_hint(std::string_view pattern) {
  constexpr std::string_view kQuantifier = "{";
  std::string meant;
  const std::string_view name = leading_name(pattern), rest = pattern.substr(name.size());
  if (!name.empty() && is_printed_suffix(rest))
    meant = name;
  else if (pattern.find(',') != std::string_view::npos &&
           pattern.find(kQuantifier) == std::string_view::npos)
    meant = shell_stars_replaced(commas_replaced(pattern));
  else
    meant = shell_stars_replaced(pattern);
  return meant == pattern ? "" : fmt::format("; did you mean '{}'?", meant);
}

std::string_view nearest_option(std::string_view name) {
  if (name.size() < 2) return "";  // -i, -c: any guess would be arbitrary
  if (const std::string_view found = only_option_starting_with(name); !found.empty()) return found;
  std::string_view nearest;
  size_t least = std::max<size_t>(name.size() / 3, 1) + 1;
  for (const OptionRow& row : option_table()) {
    const size_t distance = edit_distance(name, row.name);
    if (distance >= least) continue;
    least = distance;
    nearest = row.name;
  }
  return nearest;
}

}  // namespace pwru::cli
