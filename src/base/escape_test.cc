// SPDX-License-Identifier: Apache-2.0
#include "base/escape.h"

#include <gtest/gtest.h>

namespace pwru {
namespace {

TEST(Escape, LeavesWhatIsPrintable) {
  EXPECT_EQ(escaped("eth0: a 'name' \\ \xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x90\xa7"),
            "eth0: a 'name' \\ \xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x90\xa7");
}

TEST(Escape, ControlCharacters) {
  EXPECT_EQ(escaped("\x1b[2J\n\t\r"), "\\x1b[2J\\x0a\\x09\\x0d");
  EXPECT_EQ(escaped(std::string_view("a\0b\x7f", 4)), "a\\x00b\\x7f");
}

// CSI is U+009B. A terminal in UTF-8 mode obeys the two bytes of it, a terminal in another mode the
// single byte.
TEST(Escape, ControlCharactersOfTheUpperHalf) {
  EXPECT_EQ(escaped("\xc2\x9b"
                    "2J"),
            "\\xc2\\x9b2J");
  EXPECT_EQ(escaped("\x9b"
                    "2J"),
            "\\x9b2J");
  EXPECT_EQ(escaped("\xc2\xa0"), "\xc2\xa0");
}

TEST(Escape, WhatIsNotUtf8) {
  EXPECT_EQ(escaped("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(escaped("\xc0\xaf\xed\xa0\x80"), "\\xc0\\xaf\\xed\\xa0\\x80");
  EXPECT_EQ(escaped("\xe0\x80\xaf\xf4\x90\x80\x80"), "\\xe0\\x80\\xaf\\xf4\\x90\\x80\\x80");
}

TEST(Escape, DirectionOfTextAndInvisible) {
  EXPECT_EQ(escaped("a\xe2\x80\xae"
                    "b"),
            "a\\u{202e}b");
  EXPECT_EQ(escaped("\xef\xbb\xbf"), "\\u{feff}");
}

}  // namespace
}  // namespace pwru
