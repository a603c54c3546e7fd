// SPDX-License-Identifier: Apache-2.0
// Where the kernel has the bytes of a page, whose struct page is known.
#pragma once

#include <cstdint>
#include <string>

namespace pwru::kernel {

// x86 has these addresses in the variables vmemmap_base and page_offset_base, which are symbols.
#if defined(__x86_64__)
inline constexpr bool kHasPageVariables = true;
#else
inline constexpr bool kHasPageVariables = false;
#endif

struct PageLayout {
  uint32_t page_bytes = 4096;
  // Of physical address 0: where its struct page would be, and where it would be mapped. 0:
  // unknown.
  uint64_t first_struct = 0;
  uint64_t first_byte = 0;
};

// The addresses come from /proc/kcore, which says them for crash dumps. They stay unknown where
// that cannot be read, as under lockdown, and where they are variables.
[[nodiscard]] PageLayout find_pages(const std::string& kcore = "/proc/kcore",
                                    bool has_variables = kHasPageVariables);

}  // namespace pwru::kernel
