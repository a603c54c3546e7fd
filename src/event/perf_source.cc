// SPDX-License-Identifier: Apache-2.0
#include "event/perf_source.h"

namespace pwru::event {
namespace {

// As in RingSource: a perf buffer that is half full ends the sleep.
constexpr int kBusyMs = 20;
constexpr int kIdleMs = 50;
// The programs take the time of an event before they send it. So much later nothing older comes any
// more, unless a program was interrupted for so long; its event is printed behind younger ones.
constexpr uint64_t kHoldBackNs = 10'000'000;

}  // namespace

Result<bool> carry_over(PerfRing& from, RingWriter& to) {
  for (;;) {
    PWRU_ASSIGN(const auto record, from.next());
    if (!record) return false;
    PWRU_ASSIGN(const bool is_written, to.write(*record));
    if (!is_written) return true;
    from.release();
  }
}

PerfSource::PerfSource(Reader reader, Nap nap, std::vector<Carrier> carriers,
                       std::function<void()> refresh)
    : reader_(std::move(reader)),
      nap_(std::move(nap)),
      carriers_(std::move(carriers)),
      refresh_(std::move(refresh)) {
  reader_.hold_back(kHoldBackNs);
}

Result<> PerfSource::carry_all() {
  has_more_ = false;
  for (Carrier& carrier : carriers_) {
    PWRU_ASSIGN(const bool has_more, carry_over(carrier.from.ring, carrier.to));
    has_more_ |= has_more;
  }
  return {};
}

Result<bool> PerfSource::drain(Consumer& consumer, bool is_last) {
  for (;;) {
    PWRU_TRY(carry_all());
    // What the perf buffers still hold may be older than what another ring has.
    const bool is_end = is_last && !has_more_;
    PWRU_ASSIGN(const bool goes_on, reader_.drain(consumer, is_end));
    if (!goes_on) return false;
    if (!is_last || is_end) return true;
  }
}

Result<bool> PerfSource::report_rest(Consumer& consumer) {
  // What was held back: in a hurry no drain was the last one.
  PWRU_ASSIGN(const bool goes_on, reader_.drain(consumer, true));
  if (!goes_on) return false;
  refresh_();
  return reader_.report_rest(consumer);
}

void PerfSource::wait(bool was_idle) {
  if (!has_more_) nap_.take(was_idle ? kIdleMs : kBusyMs);
}

}  // namespace pwru::event
