// SPDX-License-Identifier: Apache-2.0
// What to say about a --filter-func that does not do what was probably meant.
#pragma once

#include <string>
#include <vector>

#include "cli/func_filter.h"
#include "kernel/btf/btf.h"
#include "kernel/symbols/functions.h"

namespace pwru::plan {

// What the filter asks for on this kernel, whose names stand for the words.
[[nodiscard]] kernel::NameTest names_wanted(const cli::FuncFilter& filter,
                                            const kernel::Btf& vmlinux);

// Why no function matches, or what is there instead: the rest of the sentence that says so; "" when
// there is nothing to say.
[[nodiscard]] std::string why_none_matches(const cli::FuncFilter& filter,
                                           const kernel::Btf& vmlinux,
                                           const std::vector<kernel::ModuleBtf>& modules,
                                           const kernel::LeftOut& left_out);

// Warns when the pattern means the function that drops, by a name of another kernel.
void warn_about_missed_drops(const cli::FuncFilter& filter, const kernel::Btf& vmlinux);

}  // namespace pwru::plan
