// SPDX-License-Identifier: Apache-2.0
// What stands between this process and the kernel's tracing: capabilities, settings, lockdown.
// SECURITY.md has the table of what each feature takes.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace pwru::kernel {

// "none", "integrity", "confidentiality"; "" when the kernel has no lockdown or hides it.
[[nodiscard]] std::string lockdown_mode();
// The chosen word of a line such as "none [integrity] confidentiality".
[[nodiscard]] std::string lockdown_of(std::string_view text);

// What this process may do, and what the machine forbids everybody.
struct Privileges {
  uint64_t capabilities = 0;    // effective ones, a bit each
  bool knows_cap_bpf = true;    // Linux 5.8; before it all is CAP_SYS_ADMIN
  bool counts_memlock = false;  // BPF memory counts as locked memory (before 5.11)...
  uint64_t memlock_bytes =
      std::numeric_limits<uint64_t>::max();  // ...of which this much may be had
  bool is_in_user_namespace = false;         // capabilities there are none to BPF
  int kptr_restrict = 0;
  int perf_event_paranoid = 0;
  std::string lockdown;

  [[nodiscard]] bool has(int capability) const { return (capabilities >> capability & 1) != 0; }
};
[[nodiscard]] Privileges own_privileges();
// The effective set in the text of /proc/PID/status.
[[nodiscard]] uint64_t effective_capabilities(std::string_view status);

// The features that take more than an ordinary trace, each by the option that asks for it, or "".
struct WantedFeatures {
  bool attaches_kprobes = false;  // by perf events, as the backend kprobe does
  std::string finds_objects;      // BPF programs and maps of others
  std::string enters_netns;
};

// All that is missing, one by one and each with what for, as the end of a sentence; never empty.
[[nodiscard]] std::string what_is_missing(const Privileges& own, const WantedFeatures& wanted);

}  // namespace pwru::kernel
