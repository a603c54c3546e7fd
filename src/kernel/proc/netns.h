// SPDX-License-Identifier: Apache-2.0
// Network namespaces and interfaces named on the command line.
#pragma once

#include <cstdint>
#include <string>

#include "base/handle.h"
#include "base/result.h"

namespace pwru::kernel {

// Turns "/path" (a namespace file) or "inode:N" (decimal, 32 bits) into the inode number.
[[nodiscard]] Result<uint32_t> netns_inode(const std::string& spec);
// The inode number of the namespace that this process is in.
[[nodiscard]] Result<uint32_t> current_netns_inode();
// The namespace with that inode number, as one of `ip netns` or of a process; none without either.
[[nodiscard]] UniqueFd open_netns_of(uint32_t inode);

// The index of an interface in the namespace `netns_path` ("" is the current one). A thread of its
// own enters another namespace, so that the process stays where it is. The error names the
// interface, the namespace, and the most similar interface.
[[nodiscard]] Result<uint32_t> ifindex_of(const std::string& ifname, const std::string& netns_path);

}  // namespace pwru::kernel
