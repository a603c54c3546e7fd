// SPDX-License-Identifier: Apache-2.0
// Runs BPF instructions in this process: those that generated expressions consist of.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace pwru::test {

// Returns r0. Nothing when an instruction is unknown or loads from a stack slot that was never
// written, as the verifier would refuse both. Addresses below one page cannot be read.
[[nodiscard]] std::optional<uint64_t> interpret(const std::vector<bpf_insn>& code, uint64_t r1,
                                                uint64_t r2 = 0);

}  // namespace pwru::test
