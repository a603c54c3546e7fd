// SPDX-License-Identifier: Apache-2.0
// From rings to a sink until somebody says stop: counts, limits, losses, the closing summary.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "event/doorbell.h"
#include "event/reader.h"
#include "output/sink.h"
#include "probe/hit_check.h"
#include "probe/miss_watch.h"
#include "program/tracer.h"

namespace pwru {

class Session : private event::Consumer {
 public:
  // `limit` events are printed at most; 0: no limit. Both must outlive it.
  Session(event::Reader reader, event::Doorbell doorbell, output::Sink& sink,
          const program::Tracer& tracer, uint64_t limit);

  // Called between two looks at the rings while listening, and must be quick.
  void on_pause(std::function<void()> work) { on_pause_ = std::move(work); }
  // Where hits are counted that no program sees; they are told as they come.
  void watch_misses(probe::MissWatch::Source source);
  // Events of pwru's own trial, which are neither printed nor counted.
  void leave_out(const probe::TrialEvents& trial) { trial_ = trial; }
  // Until a signal, the limit, or an output that takes no more; a closed pipe is a quiet end.
  [[nodiscard]] Result<> listen();
  // After everything is detached: what the rings still hold, and the losses not told yet. What
  // cannot be written any more is counted.
  [[nodiscard]] Result<> finish();
  // One line to stderr, a record to the sink. The error is why the output took no more.
  [[nodiscard]] Result<> summarize();

 private:
  Result<bool> event(const event::Event& event) override;
  Result<bool> lost(const event::Loss& loss) override;
  Result<> step(bool is_last);
  void tell(const std::vector<event::Miss>& misses);
  void tell_what_is_missing();
  void note(Result<> written);

  event::Reader reader_;
  event::Doorbell doorbell_;
  output::Sink& sink_;
  const program::Tracer& tracer_;
  uint64_t limit_;
  std::function<void()> on_pause_;
  std::optional<probe::MissWatch> misses_;
  probe::TrialEvents trial_;
  uint64_t events_ = 0;  // that came, printed or not
  uint64_t lost_ = 0;
  uint64_t events_in_step_ = 0;
  uint64_t failed_stacks_ = 0;
  uint64_t forgotten_parents_ = 0;
  bool is_done_ = false;
  bool is_limit_reached_ = false;
  std::optional<Error> output_end_;  // why nothing more is written
};

}  // namespace pwru
