// SPDX-License-Identifier: Apache-2.0
// From a source to sinks until somebody says stop: counts, limits, losses, the closing summary.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "event/counters.h"
#include "event/source.h"
#include "output/sink.h"
#include "probe/hit_check.h"
#include "probe/miss_watch.h"
#include "resolve/resolver.h"

namespace pwru {

class Session : private event::Consumer {
 public:
  // Adds what was lost before the source: identities that a map threw out, for example.
  using AddLosses = std::function<void(event::Counters&)>;

  // `limit` events are printed at most; 0: no limit. The source, the resolver and the sinks must
  // outlive it.
  Session(event::Source& source, resolve::Resolver& resolver, std::vector<output::Sink*> sinks,
          AddLosses add_losses, uint64_t limit);

  // Called between two looks at the source while listening, and must be quick.
  void on_pause(std::function<void()> work) { on_pause_ = std::move(work); }
  // Where hits are counted that no program sees; they are reported as they come.
  void watch_misses(probe::MissWatch::Source source);
  // Events of pwru's own trial, which are neither printed nor counted.
  void leave_out(const probe::TrialEvents& trial) { trial_ = trial; }
  // Before the probes are taken off, as what the kernel has counted for them goes with them.
  void report_last_misses();
  // Until a signal, the limit, or an output that takes no more; a closed pipe is a quiet end.
  [[nodiscard]] Result<> listen();
  // After everything is detached: what the source still holds, and the losses not reported yet.
  // What cannot be written any more is counted.
  [[nodiscard]] Result<> finish();
  // The counters: lines to stderr, a record to each sink. The error is why the output took no more.
  [[nodiscard]] Result<> summarize();

 private:
  Result<bool> event(const event::Event& event) override;
  Result<bool> lost(const event::Loss& loss) override;
  Result<> step(bool is_last);
  Result<> drain_last();
  void report(const std::vector<event::Miss>& misses);
  [[nodiscard]] event::Counters count() const;
  [[nodiscard]] uint64_t left_out() const;
  // Calls write(sink) for each sink, until the first that takes no more.
  template <class Write>
  void write_to_all(Write write);

  event::Source& source_;
  resolve::Resolver& resolver_;
  std::vector<output::Sink*> sinks_;
  AddLosses add_losses_;
  uint64_t limit_;
  std::function<void()> on_pause_;
  std::optional<probe::MissWatch> misses_;
  probe::TrialEvents trial_;
  event::Counters seen_;  // what events say themselves; Events: that came, printed or not
  uint64_t events_in_step_ = 0;
  bool is_done_ = false;
  bool is_limit_reached_ = false;
  std::optional<Error> output_end_;  // why nothing more is written
};

}  // namespace pwru
