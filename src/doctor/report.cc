// SPDX-License-Identifier: Apache-2.0
#include "doctor/report.h"

#include <fmt/format.h>

#include "base/escape.h"
#include "output/json_writer.h"

namespace pwru::doctor {
namespace {

std::string_view word_of(State state) {
  switch (state) {
    case State::Ok:
      return "ok";
    case State::Absent:
      return "absent";
    case State::Warning:
      return "warning";
    case State::Failed:
      return "failed";
    case State::Unknown:
      return "unknown";
  }
  return "";
}

void append_list(std::string& text, std::string_view title, const std::vector<std::string>& items) {
  if (items.empty()) return;
  text.append("\n").append(title).append(":\n");
  for (const std::string& item : items) {
    text += "  ";
    append_escaped(text, item);
    text += '\n';
  }
}

void write_list(output::JsonWriter& json, const std::vector<std::string>& items) {
  json.begin_array();
  for (const std::string& item : items) json.string(item);
  json.end_array();
}

}  // namespace

std::string text_of(const Report& report) {
  std::string text;
  for (const Group& group : report.groups) {
    text += fmt::format("{}\n", group.title);
    for (const Check& check : group.checks)
      text +=
          fmt::format("  {:8} {:22} {}\n", word_of(check.state), check.id, escaped(check.found));
    text += '\n';
  }
  if (report.can_trace)
    text += "pwru can trace here.\n";
  else
    text += fmt::format("pwru cannot trace here: {}\n", escaped(report.why_not));
  append_list(text, "It uses", report.used);
  append_list(text, "Will not work", report.will_not_work);
  append_list(text, "To change that", report.to_change);
  return text;
}

std::string json_of(const Report& report) {
  output::JsonWriter json;
  json.begin_object();
  json.key("version");
  json.number(1);
  json.key("type");
  json.plain("doctor");
  json.key("can_trace");
  json.boolean(report.can_trace);
  if (!report.can_trace) {
    json.key("why_not");
    json.string(report.why_not);
  }
  json.key("checks");
  json.begin_array();
  for (const Group& group : report.groups) {
    for (const Check& check : group.checks) {
      json.begin_object();
      json.key("group");
      json.plain(group.id);
      json.key("id");
      json.string(check.id);
      json.key("state");
      json.plain(word_of(check.state));
      json.key("found");
      json.string(check.found);
      json.end_object();
    }
  }
  json.end_array();
  json.key("used");
  write_list(json, report.used);
  json.key("will_not_work");
  write_list(json, report.will_not_work);
  json.key("to_change");
  write_list(json, report.to_change);
  json.end_object();
  return std::string(json.text()) + "\n";
}

}  // namespace pwru::doctor
