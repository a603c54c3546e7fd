// SPDX-License-Identifier: Apache-2.0
// Finds the process that has a socket open, as ss(8) does: by the links of /proc/PID/fd.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace pwru::kernel {

struct SocketOwner {
  int32_t pid = 0;
  char comm[16] = {};  // ends with a zero, or fills its room
};

// The process with the lowest number of those in that network namespace (inode number) that have
// the socket with that inode number; process 1 only if no other one has it. None when nobody has
// it, and when `is_late` says so before the end.
[[nodiscard]] std::optional<SocketOwner> find_socket_owner(uint32_t netns, uint64_t socket,
                                                           const std::function<bool()>& is_late);

}  // namespace pwru::kernel
