// SPDX-License-Identifier: Apache-2.0
#include "cli/func_filter.h"

#include <gtest/gtest.h>

namespace pwru::cli {
namespace {

// The pattern, behind "drops " if the word was given; or the error, in brackets.
std::string read(std::string_view text) {
  const Result<FuncFilter> filter = read_func_filter(text);
  if (!filter) return "[" + filter.error().what + "]";
  return (filter->wants_drops ? "drops " : "") + filter->pattern;
}

TEST(FuncFilter, Patterns) {
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read("ip_rcv"), "ip_rcv");
  EXPECT_EQ(read("(ip|tcp)_rcv|[|)]|\\||a{1,2}"), "(ip|tcp)_rcv|[|)]|\\||a{1,2}");
  EXPECT_EQ(read("a||b"), "a||b");
}

TEST(FuncFilter, TheWord) {
  EXPECT_EQ(read("@drops"), "drops ");
  EXPECT_EQ(read("@drops|ip_.*"), "drops ip_.*");
  EXPECT_EQ(read("(a|b)|@drops|[]|(]c"), "drops (a|b)|[]|(]c");
}

TEST(FuncFilter, OtherWords) {
  const std::string unknown =
      "; the only one is @drops, for all functions that drop packets, alone or between |]";
  EXPECT_EQ(read("@drop"), "[there is no word @drop" + unknown);
  EXPECT_EQ(read("ip_rcv|@"), "[there is no word @" + unknown);
  EXPECT_EQ(read("@drops.*"), "[there is no word @drops.*" + unknown);
  EXPECT_EQ(read("(@drops|a)"),
            "[no function has an @ in its name; the word @drops stands alone or between |, as in "
            "'@drops|ip_.*']");
}

TEST(FuncFilter, ThePatternMustCompile) {
  EXPECT_EQ(read("@drops|tcp_("),
            "[expected a regular expression in RE2 syntax (missing ): tcp_()]");
  EXPECT_EQ(read("a)|b").substr(0, 10), "[expected ");
}

TEST(FuncFilter, MatchesWholeNames) {
  const FuncFilter filter = *read_func_filter("@drops|ip_rcv|tcp_.*");
  EXPECT_EQ(filter.text, "@drops|ip_rcv|tcp_.*");
  EXPECT_TRUE(filter.pattern_matches("ip_rcv"));
  EXPECT_TRUE(filter.pattern_matches("tcp_v4_rcv"));
  EXPECT_FALSE(filter.pattern_matches("ip_rcv_core"));
  EXPECT_FALSE(read_func_filter("@drops")->pattern_matches(""));
}

}  // namespace
}  // namespace pwru::cli
