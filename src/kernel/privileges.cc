// SPDX-License-Identifier: Apache-2.0
#include "kernel/privileges.h"

#include <fmt/core.h>
#include <linux/capability.h>

#include <charconv>
#include <cstdint>

#include "base/file.h"

namespace pwru::kernel {
namespace {

uint64_t effective_capabilities(std::string_view status) {
  constexpr std::string_view kField = "\nCapEff:\t";
  const size_t at = status.find(kField);
  if (at == std::string_view::npos) return 0;
  const std::string_view digits = status.substr(at + kField.size());
  uint64_t set = 0;
  constexpr int kHex = 16;
  std::from_chars(digits.begin(), digits.end(), set, kHex);
  return set;
}

}  // namespace

std::string lockdown_of(std::string_view text) {
  const size_t begin = text.find('[');
  const size_t end = text.find(']');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return "";
  return std::string(text.substr(begin + 1, end - begin - 1));
}

std::string lockdown_mode() {
  const auto text = read_file("/sys/kernel/security/lockdown");
  return text ? lockdown_of(*text) : "";
}

std::string missing_capabilities(std::string_view status) {
  const uint64_t set = effective_capabilities(status);
  const auto has = [set](int capability) { return (set >> capability & 1) != 0; };
  if (has(CAP_SYS_ADMIN) || (has(CAP_BPF) && has(CAP_PERFMON))) return "";
  if (has(CAP_BPF)) return "CAP_PERFMON";
  if (has(CAP_PERFMON)) return "CAP_BPF";
  return "CAP_BPF and CAP_PERFMON";
}

std::string why_not_permitted() {
  const auto status = read_file("/proc/self/status");
  const std::string missing = missing_capabilities(status ? *status : "");
  if (!missing.empty())
    return fmt::format(
        "load a BPF program: tracing needs root, or {} (CAP_SYS_ADMIN before Linux 5.8), "
        "which this process does not have",
        missing);
  if (lockdown_mode() == "confidentiality")
    return "load a BPF program: the kernel is locked down (confidentiality), which forbids "
           "tracing; see "
           "kernel_lockdown(7)";
  return "load a BPF program: not permitted although this process has the capabilities; in a "
         "container "
         "they must come from the initial user namespace and no seccomp filter may forbid bpf(2) "
         "(--privileged)";
}

}  // namespace pwru::kernel
