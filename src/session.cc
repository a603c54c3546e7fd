// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <chrono>

#include "base/log.h"
#include "base/signals.h"

namespace pwru {
namespace {

// How long the rings may fill before the next look, if none is half full before. Short enough for
// the eye, long enough to spare the switches between the tracer and what it traces.
constexpr int kBusyMs = 20;
// A signal that comes between the look at its flag and the sleep waits so long at most.
constexpr int kIdleMs = 200;
constexpr double kNsPerSecond = 1e9;

uint64_t monotonic_ns() {
  return static_cast<uint64_t>(
      std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
}

}  // namespace

Session::Session(event::Reader reader, event::Doorbell doorbell, output::Sink& sink,
                 const program::Tracer& tracer, uint64_t limit)
    : reader_(std::move(reader)),
      doorbell_(std::move(doorbell)),
      sink_(sink),
      tracer_(tracer),
      limit_(limit) {}

Result<> Session::listen() {
  while (!stop_requested() && !is_done_) {
    PWRU_TRY(step(false));
    if (is_done_) break;
    if (on_pause_) on_pause_();
    // Without events there is nothing to miss, and an idle tracer sleeps.
    if (misses_ && events_in_step_ > 0) PWRU_TRY(tell(misses_->look(monotonic_ns())));
    if (events_in_step_ == 0 && reader_.ask_for_bell()) {
      doorbell_.wait(kIdleMs);
    } else {
      reader_.ask_for_bell_at_half();
      doorbell_.wait(kBusyMs);
    }
    reader_.decline_bell();
  }
  // What the probes counted goes away with them.
  return misses_ ? tell(misses_->look_last(monotonic_ns())) : Result<>{};
}

void Session::watch_misses(probe::MissWatch::Source source) {
  misses_.emplace(std::move(source), monotonic_ns());
}

Result<> Session::tell(const std::vector<event::Miss>& misses) {
  if (misses.empty()) return {};
  log_warn("hits missed in the last {:.1f} s, because another probe was running on their CPU: {}",
           static_cast<double>(misses.front().until_ns - misses.front().since_ns) / kNsPerSecond,
           probe::describe(misses));
  for (const event::Miss& miss : misses) {
    if (is_pipe_closed_) break;
    PWRU_TRY(ignore_closed_pipe(sink_.missed(miss)));
  }
  return {};
}

Result<> Session::finish() {
  if (misses_) PWRU_TRY(tell(misses_->look_last(monotonic_ns())));
  if (is_done_) return {};
  PWRU_TRY(step(true));
  if (is_done_) return {};
  PWRU_ASSIGN(const bool goes_on, reader_.report_rest(*this));
  is_done_ = !goes_on;
  return sink_.flush();
}

Result<> Session::step(bool is_last) {
  events_in_step_ = 0;
  auto goes_on = reader_.drain(*this, is_last);
  auto flushed = goes_on ? sink_.flush() : Result<>{};
  if (!goes_on) return ignore_closed_pipe(tl::unexpected<Error>(goes_on.error()));
  if (!*goes_on) is_done_ = true;
  return ignore_closed_pipe(std::move(flushed));
}

// `pwru | head` has seen enough.
Result<> Session::ignore_closed_pipe(Result<> result) {
  if (result || result.error().code != EPIPE) return result;
  is_done_ = is_pipe_closed_ = true;
  return {};
}

Result<bool> Session::event(const event::Event& event) {
  PWRU_TRY(sink_.event(event));
  events_in_step_++;
  printed_++;
  if (event.has_stack_failed) failed_stacks_++;
  if (event.is_parent_forgotten) forgotten_parents_++;
  return limit_ == 0 || printed_ < limit_;
}

Result<bool> Session::lost(const event::Loss& loss) {
  lost_ += loss.count;
  PWRU_TRY(sink_.lost(loss));
  log_warn("{} events lost on CPU {}: its ring buffer was full (see --output-buffer-size)",
           loss.count, loss.cpu);
  return true;
}

Result<> Session::summarize() {
  const program::ProgramMisses missed = misses_ ? misses_->total() : program::ProgramMisses{};
  const uint64_t heads_evicted = tracer_.heads_evicted();
  const output::Summary summary = {
      .events = printed_,
      .lost = lost_,
      .missed_probes = missed.by_probe,
      .recursion_misses = missed.by_recursion,
      .failed_stacks = failed_stacks_,
      .evicted = tracer_.tracked_evicted(),
  };
  log_info(
      "{} events printed, {} lost, {} missed probes, {} recursion misses, {} failed stacks, {} "
      "packets no longer followed",
      summary.events, summary.lost, summary.missed_probes, summary.recursion_misses,
      summary.failed_stacks, summary.evicted);
  if (missed.by_probe + missed.by_recursion)
    log_warn("hits missed in all, because another probe was running on their CPU: {}",
             misses_->by_program());
  if (summary.evicted)
    log_warn("{} packets were no longer followed because too many were followed at once",
             summary.evicted);
  if (heads_evicted)
    log_warn("{} packets were no longer followed between XDP and their skb because too many were",
             heads_evicted);
  if (const uint64_t cut = tracer_.shared().lists_cut)
    log_warn("{} packets were cut into so many segments that the last ones are not followed", cut);
  if (const uint64_t children = tracer_.shared().children_lost)
    log_warn("{} segments or fragments are not followed: their CPU gave out the same id twice",
             children);
  if (forgotten_parents_)
    log_warn("{} events do not tell what their packet was made of, because that is too long ago",
             forgotten_parents_);
  if (const uint64_t lookups = tracer_.lookups_lost())
    log_warn("{} look-ups in BPF maps are not shown: their return was not seen", lookups);
  if (const uint64_t stacks = tracer_.stacks_lost())
    log_warn("{} times the packet of a call stack was forgotten because there were too many",
             stacks);
  if (is_pipe_closed_) return {};
  return ignore_closed_pipe(sink_.summary(summary));
}

}  // namespace pwru
