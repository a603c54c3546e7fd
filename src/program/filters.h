// SPDX-License-Identifier: Apache-2.0
// What the user asked for, as BPF objects to be linked.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "abi/config.h"
#include "filter/filter.h"
#include "plan/expressions.h"

namespace pwru::program {

// `object` and what it calls of the user's filters and expressions. The views are of the arguments.
// `config`: by its parts rules of netfilter are looked for, or not.
[[nodiscard]] std::vector<std::string_view> with_filters(std::string_view object,
                                                         const filter::PcapFilter& filter,
                                                         const filter::TunnelFilter& tunnel,
                                                         const plan::Expressions& expressions,
                                                         const pwru_config& config);

}  // namespace pwru::program
