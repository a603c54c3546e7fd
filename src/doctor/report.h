// SPDX-License-Identifier: Apache-2.0
// What `pwru doctor` found, as a value; report_text.cc makes text and JSON of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pwru::doctor {

enum class State : uint8_t {
  Ok,       // there, and pwru can use it
  Absent,   // not there; a trace works without it
  Warning,  // a trace works, and something is missing in it
  Failed,   // no trace is possible with it as it is
  Unknown,  // could not be found out
};

struct Check {
  std::string_view id;  // "kprobe-multi"
  State state = State::Unknown;
  std::string found;  // may hold text of others; it is escaped when it is printed
};

struct Group {
  std::string_view title;  // "Hooks"
  std::string_view id;     // "hooks"
  std::vector<Check> checks;
};

struct Report {
  std::vector<Group> groups;
  bool can_trace = false;
  std::string why_not;                     // the sentence, when it cannot
  std::vector<std::string> used;           // "hook: kprobe-multi"
  std::vector<std::string> will_not_work;  // a sentence each
  std::vector<std::string> to_change;      // a command each, with what it does behind a #
};

// Lines for a terminal, and one JSON object with a newline.
[[nodiscard]] std::string text_of(const Report& report);
[[nodiscard]] std::string json_of(const Report& report);

}  // namespace pwru::doctor
