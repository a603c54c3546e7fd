// SPDX-License-Identifier: Apache-2.0
#include "event/source.h"

namespace pwru::event {
namespace {

// How long the rings may fill before the next look, if none is half full before. Short enough for
// the eye, long enough to spare the switches between the tracer and what it traces.
constexpr int kBusyMs = 20;
// A signal that arrives after the session checked its flag and before the sleep waits this long at
// most.
constexpr int kIdleMs = 200;

}  // namespace

void RingSource::wait(bool was_idle) {
  if (was_idle && reader_.ask_for_bell()) {
    doorbell_.wait(kIdleMs);
  } else {
    reader_.ask_for_bell_at_half();
    doorbell_.wait(kBusyMs);
  }
  reader_.decline_bell();
}

}  // namespace pwru::event
