// SPDX-License-Identifier: Apache-2.0
// A small process that asks nf_tables, because the tracer itself gives up the rights that it takes.
// It reads rulesets, in whatever network namespace, and passes what the kernel answers on unread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/handle.h"
#include "kernel/netlink.h"

namespace pwru::kernel {

class NftAsker {
 public:
  // None without the rights to ask.
  [[nodiscard]] static std::optional<NftAsker> start();
  NftAsker(NftAsker&& other) noexcept = default;
  NftAsker& operator=(NftAsker&&) = delete;
  ~NftAsker();

  // The messages that answer the request in the namespace with that inode number. Empty when there
  // are none in time.
  [[nodiscard]] std::vector<std::byte> ask(uint32_t netns, Bytes request);

 private:
  NftAsker(UniqueFd socket, pid_t pid) : socket_(std::move(socket)), pid_(pid) {}

  UniqueFd socket_;  // the process ends when this end closes
  pid_t pid_ = -1;
  uint32_t asked_ = 0;
};

}  // namespace pwru::kernel
