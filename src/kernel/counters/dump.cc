// SPDX-License-Identifier: Apache-2.0
#include "kernel/counters/dump.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/clock.h"

namespace pwru::kernel {

bool dump(const UniqueFd& rtnetlink, Message request,
          const std::function<bool(Bytes part)>& take_part) {
  constexpr size_t kAnswerBytes = 65536;  // the kernel makes none larger than 32 KiB
  const auto sequence = static_cast<uint32_t>(monotonic_ns());
  const Bytes built = request.bytes();
  std::vector<std::byte> room(built.begin(), built.end());
  std::memcpy(room.data() + offsetof(nlmsghdr, nlmsg_seq), &sequence, sizeof(sequence));
  if (::send(rtnetlink.get(), room.data(), room.size(), 0) != static_cast<ssize_t>(room.size()))
    return false;
  room.resize(kAnswerBytes);
  for (;;) {
    const ssize_t size = ::recv(rtnetlink.get(), room.data(), room.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    const Bytes part = Bytes(room).first(static_cast<size_t>(size));
    nlmsghdr head;
    if (take(part, head) && head.nlmsg_seq == sequence && !take_part(part)) return true;
  }
}

}  // namespace pwru::kernel
