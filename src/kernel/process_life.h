// SPDX-License-Identifier: Apache-2.0
// A process as it can be named in what outlives it, and whether it is still there.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace pwru::kernel {

struct ProcessName {
  uint64_t pid_ns = 0;  // inode number; 0: not known
  pid_t pid = 0;        // in that namespace
  uint64_t start = 0;   // clock ticks after boot; 0: not known
  bool operator==(const ProcessName&) const = default;
};

[[nodiscard]] ProcessName own_process();

// Unknown: it is in a PID namespace that we cannot look into, or the like.
enum class Life { Alive, Dead, Unknown };
// A zombie is dead: it holds nothing any more. Of another PID namespace than our own only the
// initial one can tell.
[[nodiscard]] Life life_of(const ProcessName& process);

// proc_pid_stat(5): the state, and when it started. None when the text is none of that file.
struct ProcessStat {
  char state = 0;
  uint64_t start = 0;
};
[[nodiscard]] std::optional<ProcessStat> parse_stat(std::string_view text);
// proc_pid_status(5): the pid in the innermost namespace; 0 when it is not there.
[[nodiscard]] pid_t innermost_pid(std::string_view status);

}  // namespace pwru::kernel
