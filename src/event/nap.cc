// SPDX-License-Identifier: Apache-2.0
#include "event/nap.h"

#include <sys/epoll.h>

namespace pwru::event {

Result<Nap> Nap::prepare(std::span<const int> fds) {
  Nap nap;
  nap.epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!nap.epoll_) return sys_fail("make a descriptor to wait on");
  for (const int fd : fds) {
    epoll_event readable = {};
    readable.events = EPOLLIN;
    if (::epoll_ctl(nap.epoll_.get(), EPOLL_CTL_ADD, fd, &readable) != 0)
      return sys_fail("wait on a perf buffer");
  }
  return nap;
}

// Each is ready once for each half that was filled (perf_poll() in kernel/events/core.c).
void Nap::take(int timeout_ms) {
  epoll_event ready = {};
  ::epoll_wait(epoll_.get(), &ready, 1, timeout_ms);
}

}  // namespace pwru::event
