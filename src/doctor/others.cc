// SPDX-License-Identifier: Apache-2.0
#include "doctor/others.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "base/file.h"
#include "base/handle.h"
#include "base/strings.h"
#include "kernel/symbols/tracefs.h"

namespace pwru::doctor {
namespace {

constexpr size_t kNamed = 4;

// Calls take(line) for each line.
template <class Take>
void each_line(std::string_view text, Take take) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    take(line);
  }
}

Result<std::string> read_in_tracefs(const char* name) {
  PWRU_ASSIGN(const UniqueFd tracefs, kernel::open_tracefs(name, O_RDONLY));
  const UniqueFd file(::openat(tracefs.get(), name, O_RDONLY | O_CLOEXEC));
  if (!file) return sys_fail(fmt::format("open {} in tracefs", name));
  return read_all(file.get(), name);
}

Check check_of(std::string_view id, const char* file,
               std::vector<std::string> (*names_in)(std::string_view)) {
  const auto text = read_in_tracefs(file);
  if (!text) return {id, State::Unknown, text.error().what};
  const std::vector<std::string> names = names_in(*text);
  if (names.empty()) return {id, State::Ok, "none"};
  return {id, State::Ok, fmt::format("{}: {}", names.size(), join(names, ", ", kNamed))};
}

}  // namespace

// "name [module] (count) flags" and more; lines that begin with a blank belong to the one above.
std::vector<std::string> hooked_functions(std::string_view enabled_functions) {
  std::vector<std::string> names;
  each_line(enabled_functions, [&](std::string_view line) {
    const std::string_view name = line.substr(0, line.find_first_of(" \t"));
    if (!name.empty()) names.emplace_back(name);
  });
  return names;
}

// "p:group/event place arguments"; siblings have one name.
std::vector<std::string> kprobe_event_names(std::string_view kprobe_events) {
  std::vector<std::string> names;
  each_line(kprobe_events, [&](std::string_view line) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const std::string_view rest = line.substr(colon + 1);
    const std::string_view name = rest.substr(0, rest.find(' '));
    if (names.empty() || names.back() != name) names.emplace_back(name);
  });
  return names;
}

Group check_others() {
  return {"Hooks of others",
          "others",
          {check_of("hooked functions", "enabled_functions", hooked_functions),
           check_of("kprobe events", "kprobe_events", kprobe_event_names)}};
}

}  // namespace pwru::doctor
