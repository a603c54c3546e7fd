// SPDX-License-Identifier: Apache-2.0
// The code of pwru_filter_hit(), see abi/filter.h.
#pragma once

#include "base/result.h"
#include "filter/classic.h"
#include "filter/codegen.h"
#include "filter/filter.h"

namespace pwru::filter {

// Whether the fields lie as translate_hit() expects them.
[[nodiscard]] bool is_usable(const SkbLayout& layout);

// The program on a frame, the same on a packet without an Ethernet header, and what leads to them.
// For kernels with the cast.
[[nodiscard]] Result<Code> translate_hit(const ClassicProgram& program, const CastIds& ids,
                                         const SkbLayout& layout, bool tracks);

// One that calls nothing: what the verifier adds up of the stack counts calls that are never made.
[[nodiscard]] Code translate_no_hit();

}  // namespace pwru::filter
