// SPDX-License-Identifier: Apache-2.0
#include "kernel/own_datagram.h"

#include <sys/socket.h>

#include "base/handle.h"

namespace pwru::kernel {

bool pass_own_datagram() {
  std::array<int, 2> ends = {};
  if (::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return false;
  const UniqueFd sender(ends[0]);
  const UniqueFd receiver(ends[1]);
  char byte = 'p';
  return ::send(sender.get(), &byte, 1, MSG_NOSIGNAL) == 1 &&
         ::recv(receiver.get(), &byte, 1, MSG_DONTWAIT) == 1;
}

}  // namespace pwru::kernel
