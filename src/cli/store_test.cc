// SPDX-License-Identifier: Apache-2.0
// How the type of a row reads a value, and the error for a value that it refuses.
#include <gtest/gtest.h>

#include "cli/table.h"

namespace pwru::cli {
namespace {

// The error for `value`; "" when it was stored.
std::string refusal(Options& options, const OptionRow& row, std::string_view value) {
  const Result<> stored = store(options, row, value);
  return stored ? "" : stored.error().what;
}

OptionRow row_of(decltype(OptionRow::takes) takes) { return {"name", Group::General, takes, ""}; }

TEST(Store, NumbersSayTheirRangeAndUnit) {
  const auto expected = [](const Number& number) {
    Options options;
    return refusal(options, row_of(number), "x");
  };
  EXPECT_EQ(expected({.metavar = "N", .member = &Options::output_limit_lines}),
            "expected a number");
  EXPECT_EQ(expected({.metavar = "N", .member = &Options::output_limit_lines, .least = 1}),
            "expected a number greater than 0");
  EXPECT_EQ(
      expected(
          {.metavar = "N", .member = &Options::output_file_max_age, .unit = "days", .most = 9}),
      "expected a number of days up to 9");
  EXPECT_EQ(expected({.metavar = "N",
                      .member = &Options::output_file_max_age,
                      .unit = "days",
                      .zero = "ever"}),
            "expected a number of days, 0 for ever");
  EXPECT_EQ(
      expected({.metavar = "N", .member = &Options::output_buffer_bytes, .takes_suffix = true}),
      "expected a number, or one with K, M or G, as in 64M");
}

TEST(Store, NumbersOutOfRange) {
  Options options;
  const OptionRow row = row_of(Number{"N", &Options::output_file_max_age, "", 3, 9});
  for (const char* bad : {"2", "10", "-3", "4294967299"})
    EXPECT_NE(refusal(options, row, bad), "") << bad;
  EXPECT_EQ(refusal(options, row, "9"), "");
  EXPECT_EQ(options.output_file_max_age, 9u);
  // What fits into the member is a limit too.
  const OptionRow wide = row_of(Number{"N", &Options::output_file_max_age});
  EXPECT_EQ(refusal(options, wide, "4294967295"), "");
  EXPECT_NE(refusal(options, wide, "4294967296"), "");
  const OptionRow sized = row_of(Number{
      .metavar = "N", .member = &Options::output_file_max_age, .most = 4096, .takes_suffix = true});
  EXPECT_EQ(refusal(options, sized, "4K"), "");
  EXPECT_EQ(options.output_file_max_age, 4096u);
  EXPECT_NE(refusal(options, sized, "5K"), "");
}

TEST(Store, NumbersThatStandForOthers) {
  Options options;
  const OptionRow row = row_of(Number{.metavar = "N",
                                      .member = &Options::output_file_max_size,
                                      .stored_for_zero = 100,
                                      .raised_to = 10});
  for (const auto& [text, stored] : {std::pair{"0", 100u}, {"3", 10u}, {"11", 11u}}) {
    EXPECT_EQ(refusal(options, row, text), "");
    EXPECT_EQ(options.output_file_max_size, stored);
  }
}

// Each choice takes exactly its names, gives back what it stored, and lists them when refusing.
TEST(Store, EveryChoice) {
  size_t choices = 0;
  for (const OptionRow& row : option_table()) {
    const auto* choice = std::get_if<Choice>(&row.takes);
    if (!choice) continue;
    choices++;
    Options options;
    for (size_t index = 0; index < choice->names.size(); index++) {
      EXPECT_EQ(refusal(options, row, choice->names[index]), "");
      EXPECT_EQ(choice->load(options), index) << row.name;
    }
    const std::string refused = refusal(options, row, "no-such-name");
    for (const std::string_view name : choice->names)
      EXPECT_NE(refused.find(name), std::string::npos) << refused;
    EXPECT_EQ(refusal(options, row, "").empty(), choice->reset != nullptr) << row.name;
  }
  EXPECT_GE(choices, 4u);
}

TEST(Store, Lists) {
  Options options;
  OptionRow row = row_of(
      List{.metavar = "NAMES",
           .of = [](Options& o) -> std::vector<std::string>& { return o.filter_non_skb_funcs; },
           .expected = "names"});
  EXPECT_EQ(refusal(options, row, "a,b"), "");
  EXPECT_EQ(refusal(options, row, "c"), "");
  EXPECT_EQ(options.filter_non_skb_funcs, (std::vector<std::string>{"a", "b", "c"}));
  for (const char* bad : {"", ",", "a,", "a b"})
    EXPECT_EQ(refusal(options, row, bad), "expected names");
  std::get<List>(row.takes).is_split = false;
  EXPECT_EQ(refusal(options, row, "f(a,b)"), "");
  EXPECT_EQ(options.filter_non_skb_funcs.back(), "f(a,b)");
}

TEST(Names, ThereAndBack) {
  EXPECT_EQ(name_of(Backend::KprobeMulti), "kprobe-multi");
  EXPECT_EQ(value_named<Backend>("kprobe"), Backend::Kprobe);
  EXPECT_EQ(value_named<Backend>("perf"), std::nullopt);
}

}  // namespace
}  // namespace pwru::cli
