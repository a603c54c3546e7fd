// SPDX-License-Identifier: Apache-2.0
// Whatever lists the options says the same: --help, the manual page, the completion.
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <sstream>

#include "cli/documents.h"
#include "cli/help.h"
#include "cli/suggest.h"
#include "cli/table.h"
#include "tests/support/project_file.h"

namespace pwru::cli {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// "name METAVAR" of every option, in the order of the table.
std::vector<std::string> table_synopses() {
  std::vector<std::string> synopses;
  for (const OptionRow& row : option_table()) {
    std::string synopsis(row.name);
    if (!row.is_flag()) synopsis.append(" ").append(metavar_of(row));
    synopses.push_back(synopsis);
  }
  return synopses;
}

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

TEST(Table, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const OptionRow& row : option_table())
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
}

TEST(Table, OnlyFlagsHaveNoMetavar) {
  for (const OptionRow& row : option_table())
    EXPECT_EQ(row.is_flag(), metavar_of(row).empty()) << row.name;
}

TEST(Table, GroupsAreTogether) {
  const auto table = option_table();
  EXPECT_TRUE(std::is_sorted(table.begin(), table.end(),
                             [](const auto& a, const auto& b) { return a.group < b.group; }));
}

// The default that the text of a row states is the one in Options.
TEST(Table, DefaultsAreThoseOfOptions) {
  const RE2 text("\\(default: ([a-z0-9]+)[,)]");
  const Options defaults;
  for (const OptionRow& row : option_table()) {
    std::string stated, actual;
    RE2::PartialMatch(re2::StringPiece(row.help.data(), row.help.size()), text, &stated);
    if (const auto* flag = std::get_if<Flag>(&row.takes)) {
      actual = defaults.*flag->member ? "true" : "";
    } else if (const auto* choice = std::get_if<Choice>(&row.takes)) {
      const auto index = choice->load(defaults);
      if (!index) continue;
      actual = choice->names[*index];
    } else if (const auto* number = std::get_if<Number>(&row.takes)) {
      actual =
          std::visit([&](auto member) { return std::to_string(defaults.*member); }, number->member);
      if (stated.empty() && actual == "0") continue;
    }
    EXPECT_EQ(stated, actual) << row.name;
  }
}

TEST(Help, OfAllListsEveryOptionOnce) {
  std::vector<std::string> found;
  const RE2 option(R"(^  (?:    |-[a-z], )--(\S+(?: \S+)?))");
  for (const std::string& line : lines_of(help_text_of_all())) {
    std::string synopsis;
    if (RE2::PartialMatch(line, option, &synopsis)) found.push_back(synopsis);
  }
  EXPECT_EQ(found, table_synopses());
}

TEST(Help, HasEightyColumnsAndEndsWithANewline) {
  for (const std::string& text : {help_text(), help_text_of_all()}) {
    EXPECT_TRUE(text.starts_with("Usage: pwru [options] [pcap-filter]\n"));
    EXPECT_EQ(text.back(), '\n');
    for (const std::string& line : lines_of(text)) {
      EXPECT_LE(line.size(), 80u) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
}

TEST(Help, FitsAScreen) {
  EXPECT_LE(lines_of(help_text()).size(), 40u);
  for (const char* part : {"doctor", "--list-funcs", "--help=all", "--man", "--filter-track-skb"})
    EXPECT_NE(help_text().find(part), std::string::npos) << part;
}

TEST(Documents, AreThoseOfTheSources) {
  EXPECT_EQ(json_schema().value_or(""), test::read_project_file("docs/event.schema.json"));
  const std::string manual = manual_text().value_or("");
  EXPECT_TRUE(manual.starts_with("PWRU(8)"));
  EXPECT_NE(manual.find("\nEXIT STATUS\n"), std::string::npos);
  for (const OptionRow& row : option_table())
    EXPECT_NE(manual.find("--" + std::string(row.name)), std::string::npos) << row.name;
}

// It can be read on any terminal.
TEST(Documents, ManualIsPlainText) {
  for (const char c : manual_text().value_or("?\n"))
    EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << static_cast<int>(c);
}

TEST(ManPage, ListsEveryOptionOnce) {
  std::vector<std::string> found;
  const RE2 item(R"(\.It (?:Fl [a-z] , )?Fl Fl (\S+)(?: Ar (\S+))?)");
  for (const std::string& line : lines_of(test::read_project_file("docs/pwru.8"))) {
    std::string name;
    std::string metavar;
    if (!RE2::FullMatch(replace_all(line, "\\-", "-"), item, &name, &metavar)) continue;
    found.push_back(metavar.empty() ? name : name + " " + metavar);
  }
  EXPECT_EQ(found, table_synopses());
}

constexpr std::array kCompletions = {"packaging/completions/pwru.bash",
                                     "packaging/completions/_pwru"};

TEST(Completion, KnowsEveryOption) {
  std::set<std::string> expected;
  for (const OptionRow& row : option_table()) expected.emplace(row.name);
  for (const char* path : kCompletions) {
    const std::string text = test::read_project_file(path);
    std::set<std::string> found;
    re2::StringPiece rest(text);
    std::string name;
    while (RE2::FindAndConsume(&rest, "--([a-z][a-z0-9-]*)", &name)) found.insert(name);
    EXPECT_EQ(found, expected) << path;
  }
}

TEST(Completion, KnowsEveryValue) {
  const std::string bash = test::read_project_file(kCompletions[0]);
  const std::string zsh = test::read_project_file(kCompletions[1]);
  for (const OptionRow& row : option_table()) {
    if (!std::holds_alternative<Choice>(row.takes)) continue;
    const std::string name(row.name);
    const std::string values = replace_all(metavar_of(row), "|", " ");
    EXPECT_NE(bash.find("--" + name + ") words='" + values + "'"), std::string::npos) << name;
    EXPECT_NE(zsh.find(":" + name + ":(" + values + ")'"), std::string::npos) << name;
  }
}

// Behind an option whose values bash does not know, bash would offer the words of a pcap filter.
TEST(Completion, BashKnowsWhichTakeAValue) {
  const std::string text = test::read_project_file(kCompletions[0]);
  for (const OptionRow& row : option_table()) {
    const std::string pattern = "(?m)^[^'\n]*--" + std::string(row.name) + "(\\)| \\|)";
    EXPECT_EQ(RE2::PartialMatch(text, pattern), !row.is_flag()) << row.name;
  }
}

// In zsh's list only options with a value have an equals sign.
TEST(Completion, ZshKnowsWhichTakeAValue) {
  const std::string text = test::read_project_file(kCompletions[1]);
  for (const OptionRow& row : option_table()) {
    const std::string start = "--" + std::string(row.name) + (row.is_flag() ? "[" : "=[");
    EXPECT_NE(text.find(start), std::string::npos) << row.name;
  }
}

// Some scenario runs pwru with each option. 26-bad-input does not count: there pwru refuses.
TEST(Scenarios, UseEveryOption) {
  std::string text = test::read_project_file("tests/vm/guest/lib.sh");
  for (const auto& file :
       std::filesystem::directory_iterator(test::project_path("tests/vm/scenarios"))) {
    const std::string name = file.path().filename().string();
    if (!name.starts_with("26-")) text += test::read_project_file("tests/vm/scenarios/" + name);
  }
  for (const OptionRow& row : option_table()) {
    const std::string use = "--" + std::string(row.name) + "[\\s=\"]";
    EXPECT_TRUE(RE2::PartialMatch(text, use)) << "no scenario uses --" << row.name;
  }
}

TEST(Suggest, NearestOption) {
  EXPECT_EQ(nearest_option("output-tupel"), "output-tuple");
  EXPECT_EQ(nearest_option("colour"), "color");
  EXPECT_EQ(nearest_option("output-limit"), "output-limit-lines");
  EXPECT_EQ(nearest_option("x"), "");
  EXPECT_EQ(nearest_option("nothing-like-it"), "");
}

TEST(Suggest, OptionsOfTcpdump) {
  EXPECT_EQ(tcpdump_hint("-i"), "; use --filter-ifname NAME");
  EXPECT_EQ(tcpdump_hint("-nn"),
            "; leave it out, addresses and ports are always printed as numbers");
  EXPECT_EQ(tcpdump_hint("-z"), "");
  EXPECT_EQ(tcpdump_hint("--i"), "");
}

TEST(Suggest, PatternsThatAreNoRegularExpressions) {
  EXPECT_EQ(pattern_hint("tcp_*"), "; did you mean 'tcp_.*'?");
  EXPECT_EQ(pattern_hint("*skb*"), "; did you mean '.*skb.*'?");
  EXPECT_EQ(pattern_hint("ip_rcv,ip_output"), "; did you mean 'ip_rcv|ip_output'?");
  EXPECT_EQ(pattern_hint("tcp_*,udp_*"), "; did you mean 'tcp_.*|udp_.*'?");
  EXPECT_EQ(pattern_hint("ipt_do_table[ip_tables]"), "; did you mean 'ipt_do_table'?");
  EXPECT_EQ(pattern_hint("kfree_skb_reason(SKB_DROP_REASON_NO_SOCKET)"),
            "; did you mean 'kfree_skb_reason'?");
  EXPECT_EQ(pattern_hint("ip_rcv+0x1"), "; did you mean 'ip_rcv'?");
  for (const char* fine : {"tcp_.*", "ip_(rcv|output)", "ip6?_.*", "[a-z]+_rcv", "ip_[a-z]",
                           "ip_[0-9a-f_]+", "a{2,3}", "x"})
    EXPECT_EQ(pattern_hint(fine), "") << fine;
}

}  // namespace
}  // namespace pwru::cli
