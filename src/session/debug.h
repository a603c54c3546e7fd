// SPDX-License-Identifier: Apache-2.0
// What --debug tells before events come.
#pragma once

#include "cli/options.h"

namespace pwru {

// The namespaces that have names, where they are asked for.
void tell_what_is_known(const cli::Options& options);

}  // namespace pwru
