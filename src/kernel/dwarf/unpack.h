// SPDX-License-Identifier: Apache-2.0
// Sections that are compressed (SHF_COMPRESSED).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pwru::kernel::dwarf {

// The content of a section whose `bytes` begin with an Elf64_Chdr; at most `most_bytes`. Only zlib:
// the libelf of Debian 12 knows no zstd either, and libzstd is not linked.
[[nodiscard]] Result<std::string> unpack_section(std::string_view bytes, uint64_t most_bytes);

}  // namespace pwru::kernel::dwarf
