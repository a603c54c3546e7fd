// SPDX-License-Identifier: Apache-2.0
// Two settings of the kernel that make kprobes come and go quickly. They must not stay changed when
// the tracer is killed: so a trace event, the note, outlives all processes and says how they were.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/handle.h"
#include "probe/event_group.h"

namespace pwru::probe {

class Haste {
 public:
  // `kprobe_events` is open for reading and appending. Our events are those in the group of
  // `owner`.
  Haste(int kprobe_events, const kernel::ProcessName& owner);

  // Changes the settings when there is a note; without a note they stay as they are.
  void begin();
  void end();
  // Removes our events quickly, and puts the settings back.
  void clean_up();
  // The same for tracers that were killed together with their guards.
  void clean_up_after_the_dead();

  // The guard keeps these open, and closes all others.
  [[nodiscard]] std::vector<int> descriptors() const;

 private:
  struct Setting {
    const char* path;
    char hurried;
    UniqueFd file = {};
  };
  [[nodiscard]] std::vector<TracerEvent> events() const;
  [[nodiscard]] char value_of(size_t setting) const;
  [[nodiscard]] Originals originals(std::vector<TracerEvent>& all) const;
  [[nodiscard]] bool is_change(size_t setting, char original) const;
  [[nodiscard]] bool is_in_use(const std::vector<TracerEvent>& all, size_t setting) const;
  bool write_line(const std::string& line) const;
  void remove(const TracerEvent& event) const;
  void restore(const std::vector<TracerEvent>& all, const Originals& originals) const;
  void begin_locked();
  void end_locked();

  int kprobe_events_;
  std::string group_;
  std::array<Setting, 2> settings_;
};

}  // namespace pwru::probe
