// SPDX-License-Identifier: Apache-2.0
#include "doctor/report.h"

#include <gtest/gtest.h>

namespace pwru::doctor {
namespace {

TEST(Report, IsAPageOfText) {
  Report report;
  report.groups = {{"Hooks", "hooks", {{"kprobe", State::Ok, "hit by a packet"}}}};
  report.can_trace = true;
  report.used = {"hook: kprobe"};
  report.to_change = {"sysctl a=1  # to b"};
  EXPECT_EQ(text_of(report),
            "Hooks\n"
            "  ok       kprobe                 hit by a packet\n"
            "\n"
            "pwru can trace here.\n"
            "\n"
            "It uses:\n"
            "  hook: kprobe\n"
            "\n"
            "To change that:\n"
            "  sysctl a=1  # to b\n");
}

TEST(Report, IsOneObjectInJson) {
  Report report;
  report.groups = {{"Hooks", "hooks", {{"kprobe", State::Failed, "a \"b\""}}}};
  report.why_not = "attach a kprobe: no";
  report.will_not_work = {"x"};
  EXPECT_EQ(json_of(report),
            R"({"version":1,"type":"doctor","can_trace":false,"why_not":"attach a kprobe: no",)"
            R"("checks":[{"group":"hooks","id":"kprobe","state":"failed","found":"a \"b\""}],)"
            R"("used":[],"will_not_work":["x"],"to_change":[]})"
            "\n");
}

// A file of the kernel's, such as the list of hooked functions, has names that others chose.
TEST(Report, EscapesWhatOthersWrote) {
  const std::string hostile = "a\n\x1b[31mforged\r\x7f\xff";
  Report report;
  report.groups = {{"Others", "others", {{"kprobes", State::Ok, hostile}}}};
  report.why_not = hostile;
  report.used = report.will_not_work = report.to_change = {hostile};
  for (const std::string& text : {text_of(report), json_of(report)})
    for (const char bad : {'\x1b', '\r', '\x7f', '\xff'})
      EXPECT_EQ(text.find(bad), std::string::npos) << text;
  EXPECT_EQ(text_of(report).find("\n\\x1b"), std::string::npos);
}

}  // namespace
}  // namespace pwru::doctor
