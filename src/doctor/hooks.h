// SPDX-License-Identifier: Apache-2.0
// Tries each way in which a kernel can run our programs, with the smallest program that shows it.
#pragma once

#include "doctor/report.h"
#include "kernel/btf/btf.h"

namespace pwru::doctor {

// Everything that is attached is taken off again before this returns. `vmlinux` null: there is no
// BTF, so that what needs it is unknown.
[[nodiscard]] Group check_hooks(const kernel::Btf* vmlinux);

}  // namespace pwru::doctor
