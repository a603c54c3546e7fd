// SPDX-License-Identifier: Apache-2.0
#include "base/patience.h"

#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <optional>

#include "base/signals.h"

namespace pwru {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// A signal that arrives after its flag was read and before poll(2) sleeps is seen this much later.
constexpr milliseconds kLook{100};

milliseconds rest(Clock::time_point until) {
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(until - Clock::now()));
}

// Standard output and standard error are often the same pipe: a reader that was given up on one is
// given up on the other too.
std::atomic<ino_t> given_up_inode = 0;

ino_t inode_of(int fd) {
  struct stat status = {};
  return ::fstat(fd, &status) == 0 ? status.st_ino : 0;
}

}  // namespace

bool wait_until_writable(int fd, milliseconds grace) {
  std::optional<Clock::time_point> give_up;
  for (;;) {
    if (!give_up && stop_requested()) {
      const ino_t given_up = given_up_inode;
      give_up = Clock::now() + (given_up && given_up == inode_of(fd) ? milliseconds(0) : grace);
    }
    const milliseconds timeout =
        stop_is_urgent() ? milliseconds(0) : std::min(kLook, give_up ? rest(*give_up) : kLook);
    pollfd poll_fd = {fd, POLLOUT, 0};
    const int ready = ::poll(&poll_fd, 1, static_cast<int>(timeout.count()));
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
    if (ready == 0 && (stop_is_urgent() || (give_up && rest(*give_up).count() == 0))) {
      given_up_inode = inode_of(fd);
      return false;
    }
  }
}

}  // namespace pwru
