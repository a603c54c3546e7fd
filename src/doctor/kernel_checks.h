// SPDX-License-Identifier: Apache-2.0
// What the kernel offers besides hooks: its types, its maps, its files.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/options.h"
#include "doctor/machine.h"
#include "doctor/report.h"
#include "kernel/btf/btf.h"

namespace pwru::doctor {

// `unwanted`: of --pretend-without. `btf` is null, or of the running kernel or of --kernel-btf;
// `btf_error` says why it is null.
[[nodiscard]] Group check_kernel(const kernel::Btf* btf, const std::string& btf_error,
                                 const Machine& machine, const std::vector<cli::Feature>& unwanted);

}  // namespace pwru::doctor
