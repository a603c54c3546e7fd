// SPDX-License-Identifier: Apache-2.0
#include "probe/event_group.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace pwru::probe {
namespace {

constexpr std::string_view kPrefix = "pwru_";

// Takes a number and the '_' behind it, if there is one, off the front.
template <class T>
bool take_number(std::string_view& text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value <= 0) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  if (text.starts_with('_')) text.remove_prefix(1);
  return true;
}

std::optional<kernel::ProcessName> parse_group(std::string_view group) {
  if (!group.starts_with(kPrefix)) return std::nullopt;
  const std::string_view rest = group.substr(kPrefix.size());
  kernel::ProcessName owner;
  std::string_view left = rest;
  if (take_number(left, owner.pid) && left.empty() && !group.ends_with('_')) return owner;  // old
  owner = {};
  left = rest;
  uint64_t start = 0;
  if (!take_number(left, owner.pid_ns) || !take_number(left, owner.pid)) return std::nullopt;
  // 0 where /proc did not tell.
  const auto [end, error] = std::from_chars(left.data(), left.data() + left.size(), start);
  if (error != std::errc() || end != left.data() + left.size()) return std::nullopt;
  owner.start = start;
  return owner;
}

bool is_value(char value) { return value == '0' || value == '1' || value == 'x'; }

// "_r0_o1"
std::optional<Originals> parse_note(std::string_view tail) {
  if (tail.size() != 6 || !tail.starts_with("_r") || tail.substr(3, 2) != "_o" ||
      !is_value(tail[2]) || !is_value(tail[5]))
    return std::nullopt;
  return Originals{tail[2], tail[5]};
}

}  // namespace

std::string group_name(const kernel::ProcessName& owner) {
  return fmt::format("{}{}_{}_{}", kPrefix, owner.pid_ns, owner.pid, owner.start);
}

std::string event_name(const std::string& group, size_t index) {
  return fmt::format("{0}/{0}_{1}", group, index);
}

std::string note_name(const std::string& group, const Originals& originals) {
  return fmt::format("{0}/{0}_r{1}_o{2}", group, originals[0], originals[1]);
}

std::vector<TracerEvent> tracer_events(std::string_view text) {
  std::vector<TracerEvent> events;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    line = line.substr(0, line.find(' '));
    // "p:group/event", "r:group/event" or, with maxactive, "r8:group/event"
    const size_t colon = line.find(':'), slash = line.find('/');
    if (colon == std::string_view::npos || slash == std::string_view::npos || slash < colon)
      continue;
    const std::string_view name = line.substr(colon + 1);
    if (!events.empty() && events.back().name == name) continue;
    const std::string_view group = line.substr(colon + 1, slash - colon - 1);
    const std::string_view event = line.substr(slash + 1);
    const auto owner = parse_group(group);
    if (!owner) continue;
    const std::string_view tail =
        event.starts_with(group) ? event.substr(group.size()) : std::string_view();
    events.push_back({std::string(name), std::string(group), *owner, parse_note(tail)});
  }
  return events;
}

}  // namespace pwru::probe
