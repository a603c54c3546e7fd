// SPDX-License-Identifier: Apache-2.0
// Generated code as a BPF object file that bpf_linker takes.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "filter/codegen.h"

namespace pwru::filter {

// An object of one function, compiled by this build, with this code as the function's body.
[[nodiscard]] Result<std::string> replace_code(std::string_view object, const Code& code);

// The filter functions of abi/filter.h.
enum class FilterFunction { L2, L3, TunnelL2, TunnelL3 };

// The object that defines pwru_filter_hit(): as the compiler made it, or with this code as its
// body.
[[nodiscard]] std::string_view hit_stub();
[[nodiscard]] Result<std::string> hit_object(const Code& code);

// The object that defines this function, with this code as its body.
[[nodiscard]] Result<std::string> filter_object(FilterFunction function, const Code& code);

}  // namespace pwru::filter
