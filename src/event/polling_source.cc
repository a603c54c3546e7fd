// SPDX-License-Identifier: Apache-2.0
#include "event/polling_source.h"

namespace pwru::event {
namespace {

// Nobody says that a ring is half full, so the next look comes sooner than with a doorbell.
constexpr int kBusyMs = 5;
// Short enough for the eye; 20 looks a second cost nothing that shows in top(1).
constexpr int kIdleMs = 50;

}  // namespace

void PollingSource::wait(bool was_idle) { nap_.take(was_idle ? kIdleMs : kBusyMs); }

}  // namespace pwru::event
