// SPDX-License-Identifier: Apache-2.0
// The maps of the tracer's object: how large they are, and those that user space maps too.
#pragma once

#include <bpf/libbpf.h>

#include "abi/ring.h"
#include "base/mapping.h"
#include "base/result.h"
#include "plan/plan.h"

namespace pwru::program {

// Of an object that is open.
[[nodiscard]] Result<> size_maps(bpf_object* object, const plan::Plan& plan);
// The rings of an object that is loaded.
[[nodiscard]] Result<Mapping> map_rings(bpf_object* object);
// The counters, which both sides read and write. They go with the object.
[[nodiscard]] Result<pwru_shared*> map_shared(bpf_object* object);

}  // namespace pwru::program
