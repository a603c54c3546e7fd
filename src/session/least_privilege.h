// SPDX-License-Identifier: Apache-2.0
// What a tracer that is attached gives up; SECURITY.md says why.
#pragma once

#include "cli/options.h"
#include "program/tracer.h"

namespace pwru {

// Gives up the capabilities and system calls that are not needed when all is attached.
void give_up_privileges(const cli::Options& options, const program::Tracer& tracer);

}  // namespace pwru
