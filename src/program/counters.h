// SPDX-License-Identifier: Apache-2.0
// What the tracer's programs have counted.
#pragma once

#include <bpf/libbpf.h>

#include "abi/ring.h"
#include "event/counters.h"
#include "program/misses.h"

namespace pwru::program {

// Adds what the kernel counted of one program, if it missed hits inside another probe's program.
void add_misses(int program_fd, std::string_view name, MissCounts& counts);
// The same of all programs.
[[nodiscard]] MissCounts missed_hits(bpf_object* object);

// Adds what the programs could not keep: identities, call stacks, lists, look-ups. Walks through
// maps.
void add_losses(const bpf_object& object, const pwru_shared& shared, event::Counters& counters);

}  // namespace pwru::program
