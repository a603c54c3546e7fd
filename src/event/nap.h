// SPDX-License-Identifier: Apache-2.0
// Sleep between two looks at buffers that nobody announces events of.
#pragma once

#include <span>

#include "base/handle.h"
#include "base/result.h"

namespace pwru::event {

class Nap {
 public:
  // One of `fds` may end it early: perf buffers that are half full.
  [[nodiscard]] static Result<Nap> prepare(std::span<const int> fds);

  // Until a signal comes, one of the descriptors is ready or the time is over.
  void take(int timeout_ms);

 private:
  UniqueFd epoll_;
};

}  // namespace pwru::event
