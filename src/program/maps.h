// SPDX-License-Identifier: Apache-2.0
// The maps of the tracer's object: how large they are, and those that user space maps too.
#pragma once

#include <bpf/libbpf.h>

#include "abi/ring.h"
#include "base/mapping.h"
#include "base/result.h"
#include "plan/plan.h"

namespace pwru::program {

// Of an object that is open. Maps that this trace does not use are not made.
[[nodiscard]] Result<> size_maps(bpf_object* object, const plan::Plan& plan);
// The rings of an object that is loaded; where records are sent, memory that they are carried over
// to.
[[nodiscard]] Result<Mapping> map_rings(bpf_object* object, const pwru_config& config);
// The counters, which both sides read and write; where they cannot be mapped, memory that
// read_counters() brings up to date. They go with the object.
[[nodiscard]] Result<pwru_shared*> map_shared(bpf_object* object, const pwru_config& config);
// Of what only the programs write. Needs no privilege that bpf(2) on an open map does not need.
[[nodiscard]] Result<> read_counters(int bss_fd, pwru_shared& shared);

}  // namespace pwru::program
