// SPDX-License-Identifier: Apache-2.0
// Reads and stores a value in the way that the type of its row says.
#include <fmt/core.h>

#include <algorithm>

#include "base/strings.h"
#include "cli/table.h"
#include "cli/values.h"

namespace pwru::cli {
namespace {

tl::unexpected<Error> expected(std::string what) {
  return fail("expected " + std::move(what), ExitCode::BadUsage);
}

Result<> store_as(const Flag& flag, Options& options, std::string_view value) {
  const std::optional<bool> is_on = read_bool(value);
  if (!is_on && flag.store_word) return flag.store_word(options, value);
  if (!is_on) return expected("true or false");
  options.*flag.member = *is_on;
  return {};
}

Result<> store_as(const Text& text, Options& options, std::string_view value) {
  options.*text.member = value;
  return {};
}

// "none, current, relative or absolute"
std::string alternatives(std::span<const std::string_view> names) {
  return fmt::format("{} or {}", join(names.first(names.size() - 1)), names.back());
}

Result<> store_as(const Choice& choice, Options& options, std::string_view value) {
  if (value.empty() && choice.reset) {
    choice.reset(options);
    return {};
  }
  for (size_t index = 0; index < choice.names.size(); index++) {
    if (choice.names[index] != value) continue;
    choice.store(options, index);
    return {};
  }
  return expected(alternatives(choice.names));
}

uint64_t most_of(const Number& number) {
  if (std::holds_alternative<uint64_t Options::*>(number.member)) return number.most;
  return std::min<uint64_t>(number.most, std::numeric_limits<uint32_t>::max());
}

// "a number of days up to 36500, 0 for ever". What fits into the member is no limit to mention.
std::string expectation(const Number& number) {
  std::string text = "a number";
  if (!number.unit.empty()) text += fmt::format(" of {}", number.unit);
  if (number.least != 0) text += fmt::format(" greater than {}", number.least - 1);
  if (most_of(number) == number.most && number.most != std::numeric_limits<uint64_t>::max())
    text += fmt::format(" up to {}", number.most);
  if (!number.zero.empty()) text += fmt::format(", 0 for {}", number.zero);
  if (number.takes_suffix) text += ", or one with K, M or G, as in 64M";
  return text;
}

Result<> store_as(const Number& number, Options& options, std::string_view value) {
  const uint64_t most = most_of(number);
  const auto read = number.takes_suffix ? read_size(value) : read_number(value, most);
  if (!read || *read < number.least || *read > most) return expected(expectation(number));
  const uint64_t meant = *read == 0 ? number.stored_for_zero : *read;
  const uint64_t stored = std::max(meant, number.raised_to);
  std::visit(
      [&](auto member) {
        using Member = std::remove_reference_t<decltype(options.*member)>;
        options.*member = static_cast<Member>(stored);
      },
      number.member);
  return {};
}

Result<> store_as(const List& list, Options& options, std::string_view value) {
  std::vector<std::string>& elements = list.of(options);
  for (;;) {
    const size_t comma = list.is_split ? value.find(',') : std::string_view::npos;
    const std::string_view element = value.substr(0, comma);
    if (element.empty() || element.find_first_of(list.forbidden) != std::string_view::npos)
      return expected(std::string(list.expected));
    elements.emplace_back(element);
    if (comma == std::string_view::npos) return {};
    value.remove_prefix(comma + 1);
  }
}

Result<> store_as(const Special& special, Options& options, std::string_view value) {
  return special.store(options, value);
}

}  // namespace

std::string metavar_of(const OptionRow& row) {
  return std::visit(
      [](const auto& takes) -> std::string {
        using Takes = std::remove_cvref_t<decltype(takes)>;
        if constexpr (std::is_same_v<Takes, Flag>)
          return "";
        else if constexpr (std::is_same_v<Takes, Choice>)
          return join(takes.names, "|");
        else
          return std::string(takes.metavar);
      },
      row.takes);
}

Result<> store(Options& options, const OptionRow& row, std::string_view value) {
  return std::visit([&](const auto& takes) { return store_as(takes, options, value); }, row.takes);
}

}  // namespace pwru::cli
