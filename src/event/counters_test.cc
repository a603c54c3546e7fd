// SPDX-License-Identifier: Apache-2.0
#include "event/counters.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <set>

#include "tests/support/project_file.h"

namespace pwru::event {
namespace {

// In a manual that breaks its lines where it likes.
std::string as_one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

TEST(Counters, TheClosingLineHasWhatAlwaysMatters) {
  Counters counters;
  counters[Counter::Events] = 12;
  counters[Counter::Lost] = 3;
  EXPECT_EQ(closing_line(counters),
            "12 events printed, 3 lost, 0 missed probes, 0 recursion misses, 0 failed stacks, 0 "
            "packets no longer followed");
  counters[Counter::Unwritten] = 4;
  EXPECT_TRUE(closing_line(counters).starts_with("12 events printed, 4 not written, 3 lost, "));
}

// Nobody may lose anything in silence: each counter is in the line, or a warning when it happened.
TEST(Counters, EachThatHappenedIsAnnounced) {
  for (const CounterRow& row : counter_table()) {
    Counters counters;
    EXPECT_EQ(warning(row, counters), "");
    counters[row.id] = 4711;
    const bool is_in_line = closing_line(counters).find("4711") != std::string::npos;
    const bool is_warning = warning(row, counters).starts_with("4711 ");
    EXPECT_TRUE(is_in_line || is_warning) << row.json_key;
  }
  Counters counters;
  counters[Counter::Evicted] = 7;
  EXPECT_EQ(warning(counter_table()[static_cast<size_t>(Counter::Evicted)], counters),
            "7 packets were no longer followed because too many were followed at once");
}

TEST(Counters, TheSchemaHasEachAndNoOther) {
  rapidjson::Document schema;
  schema.Parse(test::read_project_file("docs/event.schema.json").c_str());
  ASSERT_FALSE(schema.HasParseError());
  std::set<std::string> wanted = {"version", "type"};
  for (const CounterRow& row : counter_table()) wanted.emplace(row.json_key);
  const auto& summary = schema["definitions"]["summary"];
  std::set<std::string> properties, required;
  for (const auto& member : summary["properties"].GetObject())
    properties.emplace(member.name.GetString());
  for (const auto& name : summary["required"].GetArray()) required.emplace(name.GetString());
  EXPECT_EQ(properties, wanted);
  EXPECT_EQ(required, wanted);
}

TEST(Counters, TheDocumentsSayWhatEachIs) {
  const std::string json = test::read_project_file("docs/json.md");
  const std::string manual = as_one_line(test::read_project_file("docs/pwru.8"));
  for (const CounterRow& row : counter_table()) {
    EXPECT_NE(json.find(fmt::format("| `{}` | {} | {} |\n", row.json_key, row.unit, row.sentence)),
              std::string::npos)
        << row.json_key;
    std::string unit(row.unit);
    unit[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(unit[0])));
    EXPECT_NE(manual.find(fmt::format(".It Li {} {} {}.", row.json_key, unit, row.sentence)),
              std::string::npos)
        << row.json_key;
  }
}

}  // namespace
}  // namespace pwru::event
