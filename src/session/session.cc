// SPDX-License-Identifier: Apache-2.0
#include "session/session.h"

#include <chrono>

#include "base/log.h"
#include "base/signals.h"
#include "output/outlet.h"

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
    if (misses_ && events_in_step_ > 0) tell(misses_->look(monotonic_ns()));
    if (events_in_step_ == 0 && reader_.ask_for_bell()) {
      doorbell_.wait(kIdleMs);
    } else {
      reader_.ask_for_bell_at_half();
      doorbell_.wait(kBusyMs);
    }
    reader_.decline_bell();
  }
  // What the probes counted goes away with them.
  if (misses_) tell(misses_->look_last(monotonic_ns()));
  return {};
}

void Session::watch_misses(probe::MissWatch::Source source) {
  misses_.emplace(std::move(source), monotonic_ns());
}

void Session::tell(const std::vector<event::Miss>& misses) {
  if (misses.empty()) return;
  log_warn("hits missed in the last {:.1f} s, because another probe was running on their CPU: {}",
           static_cast<double>(misses.front().until_ns - misses.front().since_ns) / kNsPerSecond,
           probe::describe(misses));
  for (const event::Miss& miss : misses)
    if (!output_end_) note(sink_.missed(miss));
}

Result<> Session::finish() {
  if (misses_) tell(misses_->look_last(monotonic_ns()));
  if (is_limit_reached_) return {};
  // In a hurry nothing was detached, and records may still be in the making.
  PWRU_TRY(step(!stop_is_urgent()));
  if (is_limit_reached_) return {};
  PWRU_ASSIGN(is_limit_reached_,
              reader_.report_rest(*this).map([](bool goes_on) { return !goes_on; }));
  if (!output_end_) note(sink_.flush());
  return {};
}

Result<> Session::step(bool is_last) {
  events_in_step_ = 0;
  const auto goes_on = reader_.drain(*this, is_last);
  if (!output_end_) note(sink_.flush());
  if (!goes_on) return tl::unexpected<Error>(goes_on.error());
  if (!*goes_on) is_done_ = is_limit_reached_ = true;
  return {};
}

// From the first failure on nothing is written. What comes is only counted.
void Session::note(Result<> written) {
  if (written) return;
  output_end_ = std::move(written).error();
  is_done_ = true;
}

Result<bool> Session::event(const event::Event& event) {
  if (trial_.has(event)) return true;
  events_++;
  events_in_step_++;
  if (event.has_stack_failed) failed_stacks_++;
  if (event.is_parent_forgotten) forgotten_parents_++;
  if (output_end_) return true;
  note(sink_.event(event));
  return limit_ == 0 || events_ < limit_ || output_end_;
}

Result<bool> Session::lost(const event::Loss& loss) {
  lost_ += loss.count;
  if (!output_end_) note(sink_.lost(loss));
  log_warn("{} events lost on CPU {}: its ring buffer was full (see --output-buffer-size)",
           loss.count, loss.cpu);
  return true;
}

Result<> Session::summarize() {
  const program::ProgramMisses missed = misses_ ? misses_->total() : program::ProgramMisses{};
  const uint64_t written = sink_.events_written();
  const output::Summary summary = {
      .events = written,
      .unwritten = events_ - written,
      .lost = lost_,
      .missed_probes = missed.by_probe,
      .recursion_misses = missed.by_recursion,
      .failed_stacks = failed_stacks_,
      .evicted = tracer_.tracked_evicted(),
  };
  log_info(
      "{} events printed, {}{} lost, {} missed probes, {} recursion misses, {} failed stacks, {} "
      "packets no longer followed",
      summary.events,
      summary.unwritten ? fmt::format("{} not written, ", summary.unwritten) : std::string(),
      summary.lost, summary.missed_probes, summary.recursion_misses, summary.failed_stacks,
      summary.evicted);
  if (missed.by_probe + missed.by_recursion)
    log_warn("hits missed in all, because another probe was running on their CPU: {}",
             misses_->by_program());
  tell_what_is_missing();
  const int code = output_end_ ? output_end_->code : 0;
  // Whoever reads is gone, or asleep. A full file may still have room for so little.
  if (code == EPIPE) return {};
  auto summarized = code == output::kNobodyReads ? Result<>{} : sink_.summary(summary);
  if (output_end_) return tl::unexpected<Error>(*output_end_);
  if (!summarized && summarized.error().code == EPIPE) return {};
  return summarized;
}

void Session::tell_what_is_missing() {
  if (const uint64_t evicted = tracer_.tracked_evicted())
    log_warn("{} packets were no longer followed because too many were followed at once", evicted);
  if (const uint64_t heads_evicted = tracer_.heads_evicted())
    log_warn("{} packets were no longer followed between XDP and their skb because too many were",
             heads_evicted);
  if (const uint64_t cut = tracer_.shared().lists_cut)
    log_warn("{} packets were cut into so many segments that the last ones are not followed", cut);
  if (const uint64_t lists = tracer_.shared().lists_not_shown)
    log_warn("{} times a function was given a list of more than 512 packets: the rest is not shown",
             lists);
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
}

}  // namespace pwru
