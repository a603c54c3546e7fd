// SPDX-License-Identifier: Apache-2.0
// What --debug prints before the first event.
#pragma once

#include "cli/options.h"

namespace pwru {

// The namespaces that have names, where they are asked for.
void report_namespaces(const cli::Options& options);

}  // namespace pwru
