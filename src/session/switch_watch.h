// SPDX-License-Identifier: Apache-2.0
// Whether somebody switches off what the probes need while pwru listens.
#pragma once

#include <cstdint>

#include "base/handle.h"
#include "cli/backend.h"

namespace pwru {

class SwitchWatch {
 public:
  // At the beginning of a trace, when what the backend needs is on. The files stay open, because
  // the right to open them may be given up.
  explicit SwitchWatch(cli::Backend backend);
  // A file that is none is not looked at.
  SwitchWatch(UniqueFd ftrace, UniqueFd kprobes);

  // Reads the files once a second at most, and warns when one of them says off for the first time.
  void look(uint64_t now_ns);
  // The last look. Warns of what was off at any look, because events are missing for ever.
  void finish();

  [[nodiscard]] bool was_off() const { return ftrace_.was_off || kprobes_.was_off; }

 private:
  struct Watched {
    UniqueFd file;
    bool was_off = false;

    // True at the first look that finds it off.
    bool goes_off();
  };

  Watched ftrace_, kprobes_;
  uint64_t next_look_ns_ = 0;
};

}  // namespace pwru
