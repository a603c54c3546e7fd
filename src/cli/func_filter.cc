// SPDX-License-Identifier: Apache-2.0
#include "cli/func_filter.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include "cli/suggest.h"

namespace pwru::cli {
namespace {

constexpr std::string_view kDrops = "@drops";

// The length of the first alternative in `text`. It ends at the first | that is neither escaped nor
// in parentheses or brackets.
size_t end_of_alternative(std::string_view text) {
  int depth = 0;
  bool is_in_class = false;
  for (size_t at = 0; at < text.size(); at++) {
    const char c = text[at];
    if (c == '\\') {
      at++;
    } else if (is_in_class) {
      is_in_class = c != ']';
    } else if (c == '[') {
      is_in_class = true;
      if (text.substr(at + 1).starts_with('^')) at++;
      if (text.substr(at + 1).starts_with(']'))
        at++;  // a ] in the first place belongs to the class
    } else if (c == '|' && depth == 0) {
      return at;
    } else {
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
  }
  return text.size();
}

Result<std::shared_ptr<const RE2>> compile(const std::string& pattern) {
  auto compiled = std::make_shared<const RE2>(pattern, RE2::Quiet);
  if (compiled->ok()) return compiled;
  return fail("expected a regular expression in RE2 syntax (" + compiled->error() + ")" +
                  pattern_hint(pattern),
              ExitCode::BadUsage);
}

}  // namespace

Result<FuncFilter> read_func_filter(std::string_view text) {
  FuncFilter filter = {.text = std::string(text), .pattern = "", .compiled = nullptr};
  bool has_pattern = false;
  for (;;) {
    const size_t end = end_of_alternative(text);
    const std::string_view alternative = text.substr(0, end);
    if (alternative == kDrops) {
      filter.wants_drops = true;
    } else if (alternative.starts_with('@')) {
      return fail(fmt::format("there is no word {}; the only one is {}, for all functions that "
                              "drop packets, alone or between |",
                              alternative, kDrops),
                  ExitCode::BadUsage);
    } else if (alternative.find('@') != std::string_view::npos) {
      return fail(fmt::format("no function has an @ in its name; the word {} stands alone or "
                              "between |, as in '{}|ip_.*'",
                              kDrops, kDrops),
                  ExitCode::BadUsage);
    } else {
      filter.pattern.append(has_pattern ? "|" : "").append(alternative);
      has_pattern = true;
    }
    if (end == text.size()) break;
    text.remove_prefix(end + 1);
  }
  if (!filter.pattern.empty()) {
    PWRU_ASSIGN(filter.compiled, compile(filter.pattern));
  }
  return filter;
}

bool FuncFilter::pattern_matches(std::string_view name) const {
  return compiled && RE2::FullMatch(re2::StringPiece(name.data(), name.size()), *compiled);
}

}  // namespace pwru::cli
