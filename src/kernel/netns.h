// SPDX-License-Identifier: Apache-2.0
// Network namespaces and interfaces named on the command line.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace pwru::kernel {

// "/path" (a namespace file) or "inode:N" (strict decimal, 32 bits) to the inode number.
[[nodiscard]] Result<uint32_t> netns_inode(const std::string& spec);
// The inode number of the namespace this process is in.
[[nodiscard]] Result<uint32_t> current_netns_inode();

// The index of an interface in the namespace `netns_path` ("" is the current one). Another
// namespace is entered by a thread of its own, so the process stays where it is. The error names
// the interface and the namespace, and the nearest existing name.
[[nodiscard]] Result<uint32_t> ifindex_of(const std::string& ifname, const std::string& netns_path);

}  // namespace pwru::kernel
