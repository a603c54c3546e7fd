// SPDX-License-Identifier: Apache-2.0
// The fentry and fexit programs that follow a packet into its clones, copies, segments and
// fragments.
#pragma once

#include <memory>

#include "probe/hook.h"
#include "program/tracer.h"

namespace pwru::probe {

// Of the programs in Programs::copies. `tracer` must outlive the hook. The kernel takes the links
// off a moment after the detach.
[[nodiscard]] std::unique_ptr<Hook> make_copies(const program::Tracer& tracer);

}  // namespace pwru::probe
