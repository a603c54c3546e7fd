// SPDX-License-Identifier: Apache-2.0
// Written by hand, because getopt_long() behaves unlike the options of cilium/pwru: it accepts
// abbreviations (--filter would silently become another option), keeps its state in globals, and
// stops at the first word under POSIXLY_CORRECT.
#include <fmt/format.h>

#include <algorithm>

#include "cli/options.h"
#include "cli/suggest.h"
#include "cli/table.h"
#include "cli/together.h"

namespace pwru::cli {
namespace {

// A command, when it is the only word. No filter is taken away: to libpcap a name alone is a syntax
// error, because it does not say of what it is the name.
constexpr std::string_view kDoctor = "doctor";

// One word of the command line that is an option: "--name", "--name=value" or "-h".
struct Word {
  std::string_view text;  // "--name" or "-h", without the value
  std::optional<std::string_view> value;
};

Word split_word(std::string_view word) {
  const size_t equals = word.find('=');
  if (equals == std::string_view::npos) return {word, std::nullopt};
  return {word.substr(0, equals), word.substr(equals + 1)};
}

const OptionRow* find_row(std::string_view text) {
  for (const auto table : {option_table(), hidden_option_table()}) {
    for (const OptionRow& row : table) {
      const bool is_long = text.starts_with("--") && text.substr(2) == row.name;
      const bool is_short = text.size() == 2 && row.short_name != 0 && text[1] == row.short_name;
      if (is_long || is_short) return &row;
    }
  }
  return nullptr;
}

tl::unexpected<Error> bad_usage(std::string what) {
  return fail(std::move(what), ExitCode::BadUsage);
}

tl::unexpected<Error> unknown_option(std::string_view text) {
  const std::string_view name = text.substr(std::min(text.find_first_not_of('-'), text.size()));
  const std::string_view nearest = nearest_option(name);
  if (nearest.empty())
    return bad_usage(fmt::format("unknown option {}: see pwru --help{}", text, tcpdump_hint(text)));
  return bad_usage(
      fmt::format("unknown option {}: did you mean --{}? see pwru --help", text, nearest));
}

// Takes argv[at] and, if it needs one, the value behind it; returns the index of the next word.
Result<int> take_option(Options& options, int argc, const char* const* argv, int at) {
  const Word word = split_word(argv[at]);
  const OptionRow* row = find_row(word.text);
  if (row == nullptr) return unknown_option(word.text);
  std::string_view value = word.value.value_or("true");
  if (!word.value && !row->is_flag()) {
    if (++at >= argc)
      return bad_usage(
          fmt::format("--{} needs a value: {}; see pwru --help", row->name, metavar_of(*row)));
    value = argv[at];
  }
  if (Result<> stored = store(options, *row, value); !stored)
    return bad_usage(fmt::format("--{} '{}': {}", row->name, value, stored.error().what));
  return at + 1;
}

// A filter cannot begin with that word: it is no host, as names are not looked up.
Result<> take_command(Options& options) {
  const std::string_view words = options.filter_pcap;
  if (words != kDoctor && !words.starts_with(std::string(kDoctor) + " ")) return {};
  if (words != kDoctor)
    return bad_usage(
        fmt::format("doctor examines the machine and takes options only, as in 'pwru "
                    "doctor --json': leave out '{}'",
                    words.substr(kDoctor.size() + 1)));
  options.doctor = true;
  options.filter_pcap.clear();
  return {};
}

}  // namespace

Result<Options> parse(int argc, const char* const* argv) {
  Options options;
  bool is_after_dashes = false;
  int words = 0;  // that are not options
  for (int at = 1; at < argc;) {
    const std::string_view word = argv[at];
    if (!is_after_dashes && word == "--") {
      is_after_dashes = true;
      ++at;
    } else if (!is_after_dashes && word.size() > 1 && word[0] == '-') {
      PWRU_ASSIGN(at, take_option(options, argc, argv, at));
    } else {
      if (!options.filter_pcap.empty()) options.filter_pcap += ' ';
      options.filter_pcap += word;
      ++words;
      ++at;
    }
  }
  if (words > 0 && !is_after_dashes && !options.list_funcs) PWRU_TRY(take_command(options));
  if (!asks_for_text(options)) PWRU_TRY(settle(options));
  return options;
}

}  // namespace pwru::cli
