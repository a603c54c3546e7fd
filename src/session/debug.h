// SPDX-License-Identifier: Apache-2.0
// What --debug tells before events come.
#pragma once

#include "cli/options.h"
#include "probe/bpf_progs.h"

namespace pwru {

// The BPF programs that are traced (`progs` may be null: none), and the namespaces that have names.
void tell_what_is_known(const cli::Options& options, const probe::BpfProgs* progs);

}  // namespace pwru
