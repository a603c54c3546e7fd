// SPDX-License-Identifier: Apache-2.0
// Makes a BPF object file of generated code, for bpf_linker.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "filter/codegen.h"

namespace pwru::filter {

// `object` has one function and was compiled by this build. The result has this code as the
// function's body.
[[nodiscard]] Result<std::string> replace_code(std::string_view object, const Code& code);

// The filter functions of abi/filter.h.
enum class FilterFunction { L2, L3, TunnelL2, TunnelL3 };

// What the programs that call pwru_filter_hit() have as their context.
enum class HitContext { Registers, Arguments };

// The object that defines pwru_filter_hit(), with this code as its body.
[[nodiscard]] Result<std::string> hit_object(HitContext context, const Code& code);

// The object that defines this function, with this code as its body.
[[nodiscard]] Result<std::string> filter_object(FilterFunction function, const Code& code);

}  // namespace pwru::filter
