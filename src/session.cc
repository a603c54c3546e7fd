// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <algorithm>
#include <ctime>

#include "base/log.h"
#include "base/signals.h"

namespace pwru {
namespace {

// How long the rings may fill before the next look. The programs never wake us: a wakeup costs
// more than the event itself.
constexpr long kBusyNs = 2'000'000;
constexpr long kIdleNs = 10'000'000;

}  // namespace

Session::Session(event::Reader reader, output::Sink& sink, const program::Tracer& tracer,
                 uint64_t limit)
    : reader_(std::move(reader)), sink_(sink), tracer_(tracer), limit_(limit) {}

Result<> Session::listen() {
  while (!stop_requested() && !is_done_) {
    PWRU_TRY(step(false));
    const timespec pause = {0, events_in_step_ ? kBusyNs : kIdleNs};
    if (!is_done_) ::nanosleep(&pause, nullptr);  // a signal ends it early
  }
  return {};
}

Result<> Session::finish() {
  if (is_done_) return {};
  PWRU_TRY(step(true));
  if (is_done_) return {};
  std::vector<uint64_t> lost_by_cpu;
  for (size_t cpu = 0; cpu < std::min<size_t>(tracer_.rings().size(), PWRU_MAX_CPUS); cpu++)
    lost_by_cpu.push_back(tracer_.counters().cpu[cpu].lost);
  PWRU_ASSIGN(const bool goes_on, reader_.report_rest(*this, lost_by_cpu));
  is_done_ = !goes_on;
  return sink_.flush();
}

Result<> Session::step(bool is_last) {
  events_in_step_ = 0;
  auto goes_on = reader_.drain(*this, is_last);
  auto flushed = goes_on ? sink_.flush() : Result<>{};
  const Error* error = !goes_on ? &goes_on.error() : !flushed ? &flushed.error() : nullptr;
  if (error && error->code == EPIPE) {
    is_done_ = true;  // `pwru | head` has seen enough
    return {};
  }
  if (error) return tl::unexpected<Error>(*error);
  if (!*goes_on) is_done_ = true;
  return {};
}

Result<bool> Session::event(const event::Event& event) {
  PWRU_TRY(sink_.event(event));
  events_in_step_++;
  printed_++;
  return limit_ == 0 || printed_ < limit_;
}

Result<bool> Session::lost(const event::Loss& loss) {
  lost_ += loss.count;
  PWRU_TRY(sink_.lost(loss));
  log_warn("{} events lost on CPU {}: its ring buffer was full (see --output-buffer-size)",
           loss.count, loss.cpu);
  return true;
}

void Session::summarize(uint64_t missed_probes) const {
  const uint64_t evicted = tracer_.tracked_evicted();
  log_info("{} events printed, {} lost, {} missed probes", printed_, lost_,
           missed_probes + tracer_.missed().recursion);
  if (evicted)
    log_warn("{} packets were no longer followed because too many were followed at once", evicted);
}

}  // namespace pwru
