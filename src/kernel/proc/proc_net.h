// SPDX-License-Identifier: Apache-2.0
// The files of a network namespace in /proc/PID/net, of a process in it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/handle.h"

namespace pwru::kernel {

// Never those of another process or another namespace. Does not keep the namespace alive, as an
// open file in there would (seq_open_net()): proc_tgid_net_lookup() looks the process's namespace
// up each time. It takes no privileges.
class ProcNet {
 public:
  // `process` is a folder, "/proc/1". None when there is no such process.
  [[nodiscard]] static std::optional<ProcNet> open(const std::string& process);

  // Whether the process is still in the namespace that it was in.
  [[nodiscard]] bool is_same() const;
  // The text of a file, "tcp6"; none when it cannot be read, or the namespace is not the same.
  [[nodiscard]] std::optional<std::string> read(const char* file) const;

 private:
  ProcNet(UniqueFd folder, ino_t identity) : folder_(std::move(folder)), identity_(identity) {}

  UniqueFd folder_;
  ino_t identity_;  // of the file `dev` in there: each namespace has one of its own
};

struct NetnsFiles {
  uint32_t inode;
  std::string name;  // of `ip netns`, or of the container or process in it
  ProcNet files;
};
// Those that were there when a trace began.
using NetnsTable = std::shared_ptr<const std::vector<NetnsFiles>>;

}  // namespace pwru::kernel
