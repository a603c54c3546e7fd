// SPDX-License-Identifier: Apache-2.0
// The symbols of a file with debug info, and the relocations of a module's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kernel/dwarf/elf_file.h"

namespace pwru::kernel::dwarf {

// By ElfFile::base_of(). None: there is no such symbol, or several at different places.
[[nodiscard]] Result<std::optional<uint64_t>> find_symbol(const ElfFile& file,
                                                          std::string_view name);

// Writes what the relocations of the section say into its `content`. Does nothing to a section that
// has none, as all of vmlinux.
[[nodiscard]] Result<> relocate(const ElfFile& file, const ElfFile::Section& section,
                                std::string& content);

}  // namespace pwru::kernel::dwarf
