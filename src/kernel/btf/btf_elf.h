// SPDX-License-Identifier: Apache-2.0
// The .BTF section of an ELF file, e.g. of an uncompressed vmlinux.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace pwru::kernel {

[[nodiscard]] bool is_elf(std::string_view bytes);

// A copy of the section, which is aligned. Only 64-bit files of this machine's byte order.
[[nodiscard]] Result<std::string> btf_section_of_elf(std::string_view elf);

}  // namespace pwru::kernel
