// SPDX-License-Identifier: Apache-2.0
// What keeps this process from tracing: missing capabilities, settings, lockdown. SECURITY.md has
// the table of what each feature takes.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace pwru::kernel {

// "none", "integrity", "confidentiality"; "" when the kernel has no lockdown or hides it.
[[nodiscard]] std::string lockdown_mode();
// The chosen word of a line such as "none [integrity] confidentiality".
[[nodiscard]] std::string lockdown_of(std::string_view text);

// What this process may do, and what the machine forbids everybody.
struct Privileges {
  uint64_t capabilities = 0;    // effective ones, one bit each
  bool knows_cap_bpf = true;    // Linux 5.8; before it CAP_SYS_ADMIN takes its place
  bool counts_memlock = false;  // BPF memory counts as locked memory (before 5.11)...
  uint64_t memlock_bytes = std::numeric_limits<uint64_t>::max();  // ...and this is the limit of it
  bool is_in_user_namespace = false;  // whose capabilities do not count for BPF
  // Of the sysctls; none: cannot be read, and taken for 0.
  std::optional<int> kptr_restrict, perf_event_paranoid;
  std::string lockdown;

  [[nodiscard]] bool hides_addresses() const { return kptr_restrict.value_or(0) >= 2; }
  // Debian and Ubuntu add the value 3 by a patch. Other kernels treat 3 like 2.
  [[nodiscard]] bool is_paranoid() const { return perf_event_paranoid.value_or(0) >= 3; }
  [[nodiscard]] bool has(int capability) const { return (capabilities >> capability & 1) != 0; }
};
[[nodiscard]] Privileges own_privileges();

// The features that take more than an ordinary trace. A text is the option that asks for the
// feature, or "".
struct WantedFeatures {
  bool attaches_kprobes = false;  // by perf events, as the backend kprobe does
  std::string finds_objects;      // finds BPF programs and maps of others
  std::string enters_netns;
};

// Everything that is missing, one by one and each with its purpose, as the end of a sentence. Never
// empty.
[[nodiscard]] std::string what_is_missing(const Privileges& own, const WantedFeatures& wanted);

}  // namespace pwru::kernel
