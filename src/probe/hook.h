// SPDX-License-Identifier: Apache-2.0
// One way to have programs of ours run by the kernel. Several hooks are active together.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "base/result.h"
#include "kernel/symbols/functions.h"
#include "program/misses.h"

namespace pwru::probe {

// Told how many sites are done, and of how many.
using OnProgress = std::function<void(size_t done, size_t total)>;

struct Attached {
  size_t count = 0;             // sites that are probed
  kernel::LeftOut left_out;     // sites that are not, by the reason
  bool is_interrupted = false;  // the user asked to stop half way
};

class Hook {
 public:
  virtual ~Hook() = default;
  // "kprobe-multi"
  [[nodiscard]] virtual std::string_view name() const = 0;
  // What it probes, in the plural: "functions". "" for a hook that the user need not hear of.
  [[nodiscard]] virtual std::string_view sites() const { return ""; }
  // Called once. A site that cannot be probed is left out and counted. An error ends the trace.
  [[nodiscard]] virtual Result<Attached> attach(const OnProgress& on_progress) = 0;
  // Called between two reads of the rings, and must be quick: sites that appeared are attached.
  virtual void poll() {}
  // Hits that the kernel could not hand to a program, as far as it tells.
  [[nodiscard]] virtual program::MissCounts missed() const { return {}; }
  // Called once, also after an attach that was interrupted. When a stop is urgent, whatever takes
  // long is left to the destructor, which runs when all has been said.
  virtual void detach(const OnProgress& on_progress) = 0;
};

}  // namespace pwru::probe
