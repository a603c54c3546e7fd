// SPDX-License-Identifier: Apache-2.0
// What --filter-track-skb needs of the kernel, and what it says when that is not there.
#pragma once

#include <string>
#include <vector>

#include "kernel/btf.h"
#include "probe/plan.h"
#include "program/tracer.h"

namespace pwru {

// The functions of this kernel that make one skb of another, for TracerSpec::copy_functions.
[[nodiscard]] std::vector<std::string> copy_functions(const kernel::Btf& btf, bool traces_xdp);

// Names what is not followed on this kernel.
void warn_about_tracking(const program::TracerSpec& spec, const probe::Plan& plan, bool has_fexit);

}  // namespace pwru
