// SPDX-License-Identifier: Apache-2.0
// A small process that asks the kernel by netlink, because the tracer itself gives up the rights
// that it takes. It reads rulesets, routes and bridges, in whatever network namespace, and passes
// what the kernel answers on unread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/handle.h"
#include "kernel/netlink.h"

namespace pwru::kernel {

class NetlinkAsker {
 public:
  // None without the rights to ask.
  [[nodiscard]] static std::optional<NetlinkAsker> start();
  NetlinkAsker(NetlinkAsker&& other) noexcept = default;
  NetlinkAsker& operator=(NetlinkAsker&&) = delete;
  ~NetlinkAsker();

  // The messages that answer the request in the namespace with that inode number. Empty when there
  // are none in time. `protocol`: NETLINK_NETFILTER or NETLINK_ROUTE.
  [[nodiscard]] std::vector<std::byte> ask(int protocol, uint32_t netns, Bytes request);

 private:
  NetlinkAsker(UniqueFd socket, pid_t pid) : socket_(std::move(socket)), pid_(pid) {}

  UniqueFd socket_;  // the process ends when this end closes
  pid_t pid_ = -1;
  uint32_t asked_ = 0;
};

}  // namespace pwru::kernel
