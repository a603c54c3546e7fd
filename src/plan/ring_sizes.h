// SPDX-License-Identifier: Apache-2.0
// How much memory the ring buffers get.
#pragma once

#include "abi/config.h"
#include "cli/options.h"

namespace pwru {

// From the parts that `config` wants, and their sizes.
void set_rings(const cli::Options& options, pwru_config& config);

}  // namespace pwru
