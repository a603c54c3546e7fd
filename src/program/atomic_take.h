// SPDX-License-Identifier: Apache-2.0
// take() of bpf/nest.bpf.h as one atomic instruction, for kernels that have it (5.12).
#pragma once

#include <linux/bpf.h>

#include <span>

namespace pwru::program {

// Wherever a word is set if it is zero, in three instructions, this becomes a compare-and-exchange.
// Returns in how many places.
size_t take_atomically(std::span<bpf_insn> program);

}  // namespace pwru::program
