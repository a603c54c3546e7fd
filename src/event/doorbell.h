// SPDX-License-Identifier: Apache-2.0
// Sleeps until the kernel side has events. Reader asks for the bell through pwru_shared.wake_bytes,
// so that few events pay for a wakeup.
#pragma once

#include "base/handle.h"
#include "base/result.h"

namespace pwru::event {

class Doorbell {
 public:
  // `fd` is the map "doorbell", a BPF ring buffer.
  [[nodiscard]] static Result<Doorbell> open(int fd);

  // Until it rings, a signal comes or the time is over.
  void wait(int timeout_ms);

 private:
  BpfRingBuffer ring_;
};

}  // namespace pwru::event
