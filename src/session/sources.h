// SPDX-License-Identifier: Apache-2.0
// The source lines at which packets die.
#pragma once

#include "kernel/symbols/symbols.h"
#include "resolve/resolver.h"

namespace pwru {

// By debug info of the running kernel, if there is any. A thread begins to read it. `symbols` must
// outlive the resolver.
void name_sources(const kernel::Symbols& symbols, resolve::Resolver& resolver);

}  // namespace pwru
