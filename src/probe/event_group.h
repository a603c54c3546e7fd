// SPDX-License-Identifier: Apache-2.0
// The names of a tracer's trace events. The events outlive the tracer, so their names say whose
// they are. One of them, the note, says which settings were changed and how they were before.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/proc/process_life.h"

namespace pwru::probe {

// What rcu_expedited and kprobes-optimization were: '0', '1', or 'x' for one that is left alone.
using Originals = std::array<char, 2>;

// "pwru_4026531836_4711_94387"; of older versions "pwru_4711". The kernel takes 63 characters of
// [A-Za-z0-9_].
[[nodiscard]] std::string group_name(const kernel::ProcessName& owner);
[[nodiscard]] std::string event_name(const std::string& group, size_t index);
[[nodiscard]] std::string note_name(const std::string& group, const Originals& originals);

// A trace event that some pwru made.
struct TracerEvent {
  std::string name;  // "group/event"
  std::string group;
  kernel::ProcessName owner;
  std::optional<Originals> note;  // what it says, if the event is a note
};
// From the text of kprobe_events, in its order. An event of many probes comes once.
[[nodiscard]] std::vector<TracerEvent> tracer_events(std::string_view kprobe_events);

}  // namespace pwru::probe
