// SPDX-License-Identifier: Apache-2.0
// Which argument of a function is its skb, as a table for the program of several positions:
// bpf/read/args.bpf.h. With kprobe-multi each program has a link, and each link costs grace periods
// when it is taken off, so that few programs are better than one for each position.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "kernel/symbols/functions.h"

namespace pwru::plan {

struct ArgTable {
  uint32_t multiplier = 0;  // pwru_config.arg_multiplier
  uint32_t shift = 0;       // pwru_config.arg_shift
  std::vector<uint8_t> positions;
};

// Of the functions whose skb is the second to fifth argument. None when all of these have it in the
// same place, so that no table is needed, and when no hash keeps them apart.
[[nodiscard]] std::optional<ArgTable> make_arg_table(
    const std::vector<kernel::Function>& functions);

// Adds a function that was not known then; false when one of another position has its slot.
[[nodiscard]] bool add_function(ArgTable& table, const kernel::Function& function);

}  // namespace pwru::plan
