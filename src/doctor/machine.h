// SPDX-License-Identifier: Apache-2.0
// What this process may do, and the settings and limits of the machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "doctor/report.h"
#include "kernel/privileges.h"
#include "kernel/switches.h"

namespace pwru::doctor {

struct Machine {
  kernel::Privileges own;
  bool is_root = false;
  bool has_proc = true;
  bool has_seccomp = false;  // a filter of system calls, as containers have
  bool has_own_pid_namespace = false;
  bool shows_addresses = false;  // /proc/kallsyms has other numbers than 0
  kernel::Switch ftrace = kernel::Switch::Unknown;
  kernel::Switch kprobes = kernel::Switch::Unknown;
  uint64_t open_files = 0;
  std::optional<uint64_t> memory_available;  // bytes
  std::optional<uint64_t> memory_limit;      // of the control group
};
[[nodiscard]] Machine look_at_machine();

[[nodiscard]] Group check_rights(const Machine& machine);
// `buffer_bytes`: of the ring buffers; 0 when it is not known.
[[nodiscard]] Group check_settings(const Machine& machine, uint64_t buffer_bytes);

// What does not work without a capability; "without CAP_X: ...".
[[nodiscard]] std::vector<std::string> lost_without(const Machine& machine);

// The number behind `name` in the text of /proc/meminfo, in bytes.
[[nodiscard]] std::optional<uint64_t> memory_in(std::string_view meminfo, std::string_view name);

}  // namespace pwru::doctor
