// SPDX-License-Identifier: Apache-2.0
// Makes pwru_filter_hit() a part of the program that calls it, where a hit does nothing else.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace pwru::program {

struct MainProgram {
  std::vector<bpf_insn> instructions;
  std::vector<bpf_func_info> functions;
};

// `program` as libbpf has relocated it: a main program, then the functions it calls,
// pwru_filter_hit() first, which has the BTF id `hit_type_id`. Calls of that become jumps. None if
// it does not look like that. `is_untracked`: the id of the packet, its third argument, is always
// 0.
[[nodiscard]] std::optional<MainProgram> inline_hit(std::span<const bpf_insn> program,
                                                    std::span<const bpf_func_info> functions,
                                                    uint32_t hit_type_id, bool is_untracked);

}  // namespace pwru::program
