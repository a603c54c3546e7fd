// SPDX-License-Identifier: Apache-2.0
// Names a process so that the name stays valid after its end, and says whether it still lives.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace pwru::kernel {

struct ProcessName {
  uint64_t pid_ns = 0;  // inode number; 0: not known
  pid_t pid = 0;        // in the namespace pid_ns
  uint64_t start = 0;   // clock ticks after boot; 0: not known
  bool operator==(const ProcessName&) const = default;
};

[[nodiscard]] ProcessName own_process();

// Unknown: for example, the process is in a PID namespace that we cannot look into.
enum class Life { Alive, Dead, Unknown };
// A zombie is dead, because it holds nothing any more. Only the initial PID namespace can tell
// about processes of another PID namespace.
[[nodiscard]] Life life_of(const ProcessName& process);

// The state and the start time of proc_pid_stat(5); none when the text is not from such a file.
struct ProcessStat {
  char state = 0;
  uint64_t start = 0;
};
[[nodiscard]] std::optional<ProcessStat> parse_stat(std::string_view text);
// The pid in the innermost namespace, from proc_pid_status(5); 0 when the text has none.
[[nodiscard]] pid_t innermost_pid(std::string_view status);

}  // namespace pwru::kernel
