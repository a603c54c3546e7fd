// SPDX-License-Identifier: Apache-2.0
#include "cli/values.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace pwru::cli {
namespace {

constexpr uint64_t kMax32 = std::numeric_limits<uint32_t>::max();
constexpr uint64_t kMax64 = std::numeric_limits<uint64_t>::max();

template <size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view text) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::optional<uint64_t> read_digits(std::string_view digits, int base, uint64_t max) {
  uint64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
  if (error != std::errc{} || stop != end || value > max) return std::nullopt;
  return value;
}

}  // namespace

std::optional<bool> read_bool(std::string_view text) {
  static constexpr std::array<std::string_view, 6> kTrue = {"1", "t", "T", "true", "TRUE", "True"};
  static constexpr std::array<std::string_view, 6> kFalse = {"0",     "f",     "F",
                                                             "false", "FALSE", "False"};
  if (is_one_of(kTrue, text)) return true;
  if (is_one_of(kFalse, text)) return false;
  return std::nullopt;
}

std::optional<uint64_t> read_number(std::string_view text, uint64_t max) {
  if (text.starts_with("0x") || text.starts_with("0X")) return read_digits(text.substr(2), 16, max);
  return read_digits(text, 10, max);
}

std::optional<uint64_t> read_size(std::string_view text) {
  unsigned shift = 0;
  if (!text.empty()) {
    const char unit = text.back();
    if (unit == 'K' || unit == 'k') shift = 10;
    if (unit == 'M' || unit == 'm') shift = 20;
    if (unit == 'G' || unit == 'g') shift = 30;
  }
  if (shift != 0) text.remove_suffix(1);
  const std::optional<uint64_t> units = read_number(text, kMax64 >> shift);
  if (!units) return std::nullopt;
  return *units << shift;
}

std::optional<MarkFilter> read_mark(std::string_view text) {
  const size_t slash = text.find('/');
  const std::optional<uint64_t> mark = read_number(text.substr(0, slash), kMax32);
  std::optional<uint64_t> mask = kMax32;
  if (slash != std::string_view::npos) mask = read_number(text.substr(slash + 1), kMax32);
  if (!mark || !mask) return std::nullopt;
  return MarkFilter{static_cast<uint32_t>(*mark & *mask), static_cast<uint32_t>(*mask)};
}

namespace {

// "5ms", "250us", "2s"; not 0.
std::optional<uint64_t> read_duration_ns(std::string_view text) {
  struct Unit {
    std::string_view name;
    uint64_t ns;
  };
  static constexpr std::array<Unit, 4> kUnits = {
      {{"ns", 1}, {"us", 1000}, {"ms", 1'000'000}, {"s", 1'000'000'000}}};
  for (const Unit& unit : kUnits) {
    if (!text.ends_with(unit.name)) continue;
    const std::string_view digits = text.substr(0, text.size() - unit.name.size());
    const auto number = read_digits(digits, 10, kMax64 / unit.ns);
    if (number) return *number ? std::optional<uint64_t>(*number * unit.ns) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

bool add_trigger(Triggers& triggers, std::string_view text) {
  static constexpr std::string_view kSlow = "slow=";
  if (text == "drop") return triggers.drop = true;
  if (text == "rst") return triggers.rst = true;
  if (text == "retransmit") return triggers.retransmit = true;
  if (text.starts_with(kSlow)) {
    const auto ns = read_duration_ns(text.substr(kSlow.size()));
    if (!ns) return false;
    triggers.slow_ns = triggers.slow_ns ? std::min(triggers.slow_ns, *ns) : *ns;
    return true;
  }
  // A word that is misspelt is no expression: each says something about skb.
  if (text.find("skb") == std::string_view::npos) return false;
  triggers.expr = triggers.expr.empty() ? text : fmt::format("({}) || ({})", triggers.expr, text);
  return true;
}

bool is_netns(std::string_view text) {
  static constexpr std::string_view kInode = "inode:";
  if (text.starts_with('/')) return true;
  if (!text.starts_with(kInode)) return false;
  return read_digits(text.substr(kInode.size()), 10, kMax32).value_or(0) != 0;
}

}  // namespace pwru::cli
