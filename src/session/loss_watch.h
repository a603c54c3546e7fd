// SPDX-License-Identifier: Apache-2.0
// Compares what the kernel counts as lost while a trace listens with the deaths that it sees.
#pragma once

#include <optional>

#include "cli/options.h"
#include "kernel/counters/loss_counters.h"
#include "output/sink.h"

namespace pwru {

class LossWatch {
 public:
  // Reads the counters, once everything is attached, so that no death is counted unseen. `netns`:
  // the inode number of the one network namespace that is traced, or 0.
  [[nodiscard]] static std::optional<LossWatch> start(const cli::Options& options, uint32_t netns);
  // The namespaces whose counters these are.
  [[nodiscard]] const kernel::NetnsTable& namespaces() const { return counters_.namespaces(); }
  // Reads them again, before anything is detached. Takes no privileges.
  void finish(output::Sink& sink);

 private:
  LossWatch(kernel::LossCounters counters, bool is_partial);

  kernel::LossCounters counters_;
  diagnose::Readings readings_;
};

}  // namespace pwru
