// SPDX-License-Identifier: Apache-2.0
#include "base/patience.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/signals.h"

namespace pwru {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// A signal that comes between the look at its flag and the sleep waits so long at most.
constexpr milliseconds kLook{100};

milliseconds rest(Clock::time_point until) {
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(until - Clock::now()));
}

}  // namespace

bool wait_until_writable(int fd, milliseconds grace) {
  std::optional<Clock::time_point> give_up;
  for (;;) {
    if (!give_up && stop_requested()) give_up = Clock::now() + grace;
    const milliseconds timeout =
        stop_is_urgent() ? milliseconds(0) : std::min(kLook, give_up ? rest(*give_up) : kLook);
    pollfd poll_fd = {fd, POLLOUT, 0};
    const int ready = ::poll(&poll_fd, 1, static_cast<int>(timeout.count()));
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
    if (ready == 0 && (stop_is_urgent() || (give_up && rest(*give_up).count() == 0))) return false;
  }
}

}  // namespace pwru
