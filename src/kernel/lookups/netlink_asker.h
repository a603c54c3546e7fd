// SPDX-License-Identifier: Apache-2.0
// A small process that asks the kernel, by netlink, because the tracer itself gives up the rights
// that it takes. It reads rulesets, routes, bridges, queues and policies, in whatever network
// namespace, and passes what the kernel answers on unread. It also finds the process that has a
// socket.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/handle.h"
#include "kernel/lookups/netlink.h"
#include "kernel/proc/socket_owner.h"

namespace pwru::kernel {

class NetlinkAsker {
 public:
  // None without the rights to ask.
  [[nodiscard]] static std::optional<NetlinkAsker> start();
  NetlinkAsker(NetlinkAsker&& other) noexcept = default;
  NetlinkAsker& operator=(NetlinkAsker&&) = delete;
  ~NetlinkAsker();

  // The messages that answer the request in the namespace with that inode number. Empty when there
  // are none in time. `protocol`: NETLINK_NETFILTER, NETLINK_ROUTE, NETLINK_SOCK_DIAG or
  // NETLINK_XFRM.
  [[nodiscard]] std::vector<std::byte> ask(int protocol, uint32_t netns, Bytes request);
  // A part of a table of iptables-legacy and the like: read_xt_table_part() in that namespace.
  [[nodiscard]] std::vector<std::byte> table_part(uint32_t netns, Bytes request);
  // The process that has the socket with that inode number.
  [[nodiscard]] std::optional<SocketOwner> owner(uint32_t netns, uint64_t socket);

 private:
  NetlinkAsker(UniqueFd socket, pid_t pid) : socket_(std::move(socket)), pid_(pid) {}

  UniqueFd socket_;  // the process ends when this end closes
  pid_t pid_ = -1;
  uint32_t asked_ = 0;
};

}  // namespace pwru::kernel
