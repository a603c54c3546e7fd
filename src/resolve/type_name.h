// SPDX-License-Identifier: Apache-2.0
// A type of BTF as C would write it in a cast.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/btf/btf.h"

namespace pwru::resolve {

// "void (*)(struct sk_buff *)", without const and the like.
[[nodiscard]] std::string type_name(const kernel::Btf& btf, uint32_t id);

// A name out of BTF, with \x1b for what is not printable: others may have written the BTF.
[[nodiscard]] std::string printable_name(std::string_view name);

}  // namespace pwru::resolve
