// SPDX-License-Identifier: Apache-2.0
#include "kernel/pages.h"

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "kernel/text.h"

namespace pwru::kernel {
namespace {

constexpr size_t kMostNoteBytes = 1 << 20;

// A line "NAME=0x..", or with decimal digits, of VMCOREINFO.
std::optional<uint64_t> number_of(std::string_view notes, std::string_view name) {
  const std::string begin = "\n" + std::string(name) + "=";
  const size_t found = notes.find(begin);
  if (found == std::string_view::npos) return std::nullopt;
  std::string_view digits = notes.substr(found + begin.size());
  const bool is_hex = digits.starts_with("0x");
  if (is_hex) digits.remove_prefix(2);
  uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, is_hex ? 16 : 10);
  if (error != std::errc() || end == digits.data()) return std::nullopt;
  return number;
}

}  // namespace

PageLayout find_pages(const std::string& kcore, bool has_variables) {
  PageLayout pages;
  pages.page_bytes = static_cast<uint32_t>(::sysconf(_SC_PAGESIZE));
  if (has_variables) return pages;
  const CoreHeaders core = CoreHeaders::open(kcore);
  const std::string notes = core.read_notes(kMostNoteBytes);
  // The linear map has the lowest addresses of all that has a physical address (since Linux 5.4);
  // the kernel's image has one too.
  const Elf64_Phdr* linear = nullptr;
  for (const Elf64_Phdr& header : core.headers())
    if (header.p_type == PT_LOAD && header.p_paddr != ~uint64_t{0} &&
        (!linear || header.p_vaddr < linear->p_vaddr))
      linear = &header;
  // Since Linux 6.0.
  const auto structs = number_of(notes, "NUMBER(VMEMMAP_START)");
  const auto memory = number_of(notes, "NUMBER(PHYS_OFFSET)");
  const auto struct_bytes = number_of(notes, "SIZE(page)");
  if (!linear || !structs || !memory || !struct_bytes) return pages;
  pages.first_struct = *structs - *memory / pages.page_bytes * *struct_bytes;
  pages.first_byte = linear->p_vaddr - linear->p_paddr;
  return pages;
}

}  // namespace pwru::kernel
