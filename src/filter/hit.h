// SPDX-License-Identifier: Apache-2.0
// Generates pwru_filter_hit(), see abi/filter.h.
#pragma once

#include "base/result.h"
#include "filter/classic.h"
#include "filter/codegen.h"
#include "filter/filter.h"

namespace pwru::filter {

// Whether the fields lie as translate_hit() expects them.
[[nodiscard]] bool is_usable(const SkbLayout& layout);

// The program for frames, the same program for packets without an Ethernet header, and the code
// that chooses between them. Only for kernels with the cast.
[[nodiscard]] Result<Code> translate_hit(const ClassicProgram& program, const CastIds& ids,
                                         const SkbLayout& layout, bool tracks);

// A function that calls nothing. The verifier adds up the stack of calls even when they are never
// made.
[[nodiscard]] Code translate_no_hit();

}  // namespace pwru::filter
