// SPDX-License-Identifier: Apache-2.0
// Makes BPF objects of generated expressions, for bpf_linker.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "filter/codegen.h"

namespace pwru::expr {

// The functions that bpf/read/expr.bpf.h declares.
enum class Function { SkbFilter, SkbValues, SocketValues, XdpFilter, XdpValues, Trigger };

// An object that defines this function, with this code as its body. Without code the function
// matches everything, or writes nothing.
[[nodiscard]] Result<std::string> expression_object(Function function,
                                                    const std::optional<filter::Code>& code);

}  // namespace pwru::expr
