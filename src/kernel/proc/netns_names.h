// SPDX-License-Identifier: Apache-2.0
// The names of network namespaces: those of `ip netns`, or else of the container or process in
// them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pwru::kernel {

// The container of a process, from its /proc/PID/cgroup. It is an id, shortened to 12 digits as its
// runtime does (docker, containerd, CRI-O, podman), or a name (LXC, machined). "" when there is
// none.
[[nodiscard]] std::string container_of(std::string_view cgroup);

using NetnsNameTable = std::unordered_map<uint32_t, std::string>;

// All namespaces that have a name now: the files of /run/netns, then the oldest process of each
// namespace, by its container or, outside of a container, by its comm.
[[nodiscard]] NetnsNameTable scan_netns_names();

// The same, with a process of each namespace that has one, the oldest, as its folder in /proc.
struct NetnsProcesses {
  NetnsNameTable names;
  std::map<uint32_t, std::string> folders;
};
[[nodiscard]] NetnsProcesses scan_netns_processes();

// Names by inode number. They are looked up again now and then, because the kernel uses numbers
// again and some namespaces get a name late.
class NetnsNames {
 public:
  using Scan = std::function<NetnsNameTable()>;
  using Clock = std::function<uint64_t()>;  // nanoseconds

  NetnsNames(Scan scan, Clock clock) : scan_(std::move(scan)), clock_(std::move(clock)) {}

  // The names of this machine.
  [[nodiscard]] static NetnsNames live();

  // "" when the namespace has no name. The result is valid until the next call.
  [[nodiscard]] std::string_view name(uint32_t inode);

 private:
  struct Entry {
    std::string name;
    uint64_t valid_until_ns = 0;
  };
  void scan(uint64_t now_ns);

  Scan scan_;
  Clock clock_;
  std::unordered_map<uint32_t, Entry> entries_;
};

}  // namespace pwru::kernel
