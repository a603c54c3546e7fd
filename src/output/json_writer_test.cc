// SPDX-License-Identifier: Apache-2.0
#include "output/json_writer.h"

#include <gtest/gtest.h>

namespace pwru::output {
namespace {

std::string string(std::string_view text) {
  JsonWriter writer;
  writer.string(text);
  return std::string(writer.text());
}

TEST(JsonWriter, CommasStandBetweenValuesOnly) {
  JsonWriter writer;
  writer.begin_object();
  writer.key("a");
  writer.number(1);
  writer.key("b");
  writer.begin_array();
  writer.end_array();
  writer.key("c");
  writer.begin_array();
  writer.number(~uint64_t{0});
  writer.begin_object();
  writer.end_object();
  writer.end_array();
  writer.key("d");
  writer.boolean(true);
  writer.key("e");
  writer.boolean(false);
  writer.end_object();
  EXPECT_EQ(writer.text(), R"({"a":1,"b":[],"c":[18446744073709551615,{}],"d":true,"e":false})");
}

TEST(JsonWriter, TextIsEscaped) {
  EXPECT_EQ(string(""), R"("")");
  EXPECT_EQ(string("eth0/a"), R"("eth0/a")");
  EXPECT_EQ(string("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(string("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(string(std::string_view("\0\x1f\x7f", 3)), R"("\u0000\u001F\u007F")");
  EXPECT_EQ(string("\xc3\xa4\n"), "\"\xc3\xa4\\n\"");
  EXPECT_EQ(string("\xc2\x80\xc2\x9f\xc2\xa0"), "\"\\u0080\\u009F\xc2\xa0\"");
  EXPECT_EQ(string("\xff\""), "\"\xef\xbf\xbd\\\"\"");
}

TEST(JsonWriter, AKeyMayBeAnyText) {
  JsonWriter writer;
  writer.begin_object();
  writer.any_key("skb->\"x\"");
  writer.plain("0x1");
  writer.end_object();
  EXPECT_EQ(writer.text(), R"({"skb->\"x\"":"0x1"})");
}

TEST(JsonWriter, MemoryGrowsAndIsUsedAgain) {
  JsonWriter writer;
  const std::string dump(100'000, '\n');
  writer.string(dump);
  EXPECT_EQ(writer.text().size(), 2 * dump.size() + 2);
  writer.clear();
  writer.number(7);
  EXPECT_EQ(writer.text(), "7");
}

}  // namespace
}  // namespace pwru::output
