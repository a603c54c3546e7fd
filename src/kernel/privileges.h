// SPDX-License-Identifier: Apache-2.0
// What stands between this process and the kernel's tracing: capabilities, lockdown.
#pragma once

#include <string>
#include <string_view>

namespace pwru::kernel {

// "none", "integrity", "confidentiality"; "" when the kernel has no lockdown or hides it.
[[nodiscard]] std::string lockdown_mode();
// The chosen word of a line such as "none [integrity] confidentiality".
[[nodiscard]] std::string lockdown_of(std::string_view text);

// The tracing capabilities that are missing in `status` (the text of /proc/self/status), e.g.
// "CAP_BPF and CAP_PERFMON"; "" when none is. CAP_SYS_ADMIN stands for both.
[[nodiscard]] std::string missing_capabilities(std::string_view status);

// One sentence on why the kernel refused (EPERM) to load a BPF program.
[[nodiscard]] std::string why_not_permitted();

}  // namespace pwru::kernel
