// SPDX-License-Identifier: Apache-2.0
#include "session/session.h"

#include <algorithm>

#include "base/clock.h"
#include "base/log.h"
#include "base/signals.h"
#include "output/file/outlet.h"

namespace pwru {
namespace {

using event::Counter;
using event::Counters;

constexpr double kNsPerSecond = 1e9;

}  // namespace

Session::Session(event::Source& source, resolve::Resolver& resolver,
                 std::vector<output::Sink*> sinks, AddLosses add_losses, uint64_t limit)
    : source_(source),
      resolver_(resolver),
      sinks_(std::move(sinks)),
      add_losses_(std::move(add_losses)),
      limit_(limit) {}

Result<> Session::listen() {
  while (!stop_requested() && !is_done_) {
    PWRU_TRY(step(false));
    if (is_done_) break;
    if (on_pause_) on_pause_();
    // Without events there is nothing to miss, and an idle tracer sleeps.
    if (misses_ && events_in_step_ > 0) report(misses_->look(monotonic_ns()));
    source_.wait(events_in_step_ == 0);
  }
  return {};
}

void Session::report_last_misses() {
  if (misses_) report(misses_->look_last(monotonic_ns()));
}

void Session::watch_misses(probe::MissWatch::Source source) {
  misses_.emplace(std::move(source), monotonic_ns());
}

// From the first failure on nothing is written. What comes is only counted.
template <class Write>
void Session::write_to_all(Write write) {
  for (output::Sink* const sink : sinks_) {
    if (output_end_) return;
    Result<> written = write(*sink);
    if (written) continue;
    output_end_ = std::move(written).error();
    is_done_ = true;
  }
}

void Session::report(const std::vector<event::Miss>& misses) {
  if (misses.empty()) return;
  log_warn("hits missed in the last {:.1f} s, because another probe was running on their CPU: {}",
           static_cast<double>(misses.front().until_ns - misses.front().since_ns) / kNsPerSecond,
           probe::describe(misses));
  for (const event::Miss& miss : misses)
    write_to_all([&](output::Sink& sink) { return sink.missed(miss); });
}

Result<> Session::finish() {
  report_last_misses();
  const Result<> drained = is_limit_reached_ ? Result<>() : drain_last();
  write_to_all([](output::Sink& sink) { return sink.finish(); });
  return drained;
}

Result<> Session::drain_last() {
  // In a hurry nothing was detached, and records may still be in the making.
  PWRU_TRY(step(!stop_is_urgent()));
  if (is_limit_reached_) return {};
  PWRU_ASSIGN(is_limit_reached_,
              source_.report_rest(*this).map([](bool goes_on) { return !goes_on; }));
  return {};
}

Result<> Session::step(bool is_last) {
  events_in_step_ = 0;
  const auto goes_on = source_.drain(*this, is_last);
  write_to_all([](output::Sink& sink) { return sink.flush(); });
  if (!goes_on) return tl::unexpected<Error>(goes_on.error());
  if (!*goes_on) is_done_ = is_limit_reached_ = true;
  return {};
}

Result<bool> Session::event(const event::Event& event) {
  if (trial_.has(event)) return true;
  const uint64_t events = ++seen_[Counter::Events];
  events_in_step_++;
  if (event.has_stack_failed) seen_[Counter::FailedStacks]++;
  seen_[Counter::HopsOverwritten] += event.hops_missing;
  if (event.is_parent_forgotten) seen_[Counter::ParentsForgotten]++;
  if (!output_end_) {
    const resolve::Record& record = resolver_.resolve(event);
    write_to_all([&](output::Sink& sink) { return sink.event(record); });
  }
  return limit_ == 0 || events - left_out() < limit_ || output_end_;
}

Result<bool> Session::lost(const event::Loss& loss) {
  seen_[Counter::Lost] += loss.count;
  write_to_all([&](output::Sink& sink) { return sink.lost(loss); });
  log_warn("{} events lost on CPU {}: its ring buffer was full (see --output-buffer-size)",
           loss.count, loss.cpu);
  return true;
}

// Records that no sink shows.
uint64_t Session::left_out() const {
  uint64_t least = seen_[Counter::Events];
  for (const output::Sink* sink : sinks_) least = std::min(least, sink->events_left_out());
  return sinks_.empty() ? 0 : least;
}

// An event is printed when every sink has written it.
Counters Session::count() const {
  Counters counters = seen_;
  uint64_t written = seen_[Counter::Events];
  for (const output::Sink* sink : sinks_) written = std::min(written, sink->events_written());
  counters[Counter::Events] = written;
  counters[Counter::Unwritten] = seen_[Counter::Events] - left_out() - written;
  if (misses_) {
    const program::ProgramMisses missed = misses_->total();
    counters[Counter::MissedProbes] = missed.by_probe;
    counters[Counter::RecursionMisses] = missed.by_recursion;
  }
  add_losses_(counters);
  return counters;
}

Result<> Session::summarize() {
  const Counters counters = count();
  log_info("{}", event::closing_line(counters));
  if (counters[Counter::MissedProbes] + counters[Counter::RecursionMisses])
    log_warn("hits missed in all, because another probe was running on their CPU: {}",
             misses_->by_program());
  for (const event::CounterRow& row : event::counter_table())
    if (const std::string text = event::warning(row, counters); !text.empty()) log_warn("{}", text);
  const std::optional<Error> end = output_end_;
  // Whoever reads is gone, or asleep. A full file may still have room for so little.
  if (end && end->code == EPIPE) return {};
  if (!end || end->code != output::kNobodyReads) {
    output_end_.reset();
    write_to_all([&](output::Sink& sink) { return sink.summary(counters); });
  }
  if (end) return tl::unexpected<Error>(*end);
  if (output_end_ && output_end_->code != EPIPE) return tl::unexpected<Error>(*output_end_);
  return {};
}

}  // namespace pwru
