// SPDX-License-Identifier: Apache-2.0
#include "kernel/pages.h"

#include <elf.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "base/file.h"

namespace pwru::kernel {
namespace {

// The segments of /proc/kcore on arm64 (7.2): the kernel's image, vmalloc, memory, struct pages.
constexpr uint64_t kMemory = 0x40000000, kMapped = 0xfff0000000000000,
                   kStructs = 0xffffc1ffc0000000;

std::string core_with(const std::string& notes) {
  struct Segment {
    uint64_t vaddr, paddr;
  };
  constexpr std::array<Segment, 4> kSegments = {{{0xffff9b9b04e00000, 0x40200000},
                                                 {0xffff800080000000, ~uint64_t{0}},
                                                 {kMapped, kMemory},
                                                 {kStructs, ~uint64_t{0}}}};
  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_phoff = sizeof(header);
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 1 + kSegments.size();
  std::array<Elf64_Phdr, 1 + kSegments.size()> headers = {};
  headers[0].p_type = PT_NOTE;
  headers[0].p_offset = sizeof(header) + sizeof(headers);
  headers[0].p_filesz = notes.size();
  for (size_t i = 0; i < kSegments.size(); i++) {
    headers[i + 1].p_type = PT_LOAD;
    headers[i + 1].p_vaddr = kSegments[i].vaddr;
    headers[i + 1].p_paddr = kSegments[i].paddr;
    headers[i + 1].p_memsz = 1 << 30;
  }
  std::string file(reinterpret_cast<const char*>(&header), sizeof(header));
  file.append(reinterpret_cast<const char*>(headers.data()), sizeof(headers));
  return file + notes;
}

PageLayout pages_of(const std::string& file, bool has_variables = false) {
  const auto fd = memfd_with("core", file);
  return find_pages(path_of_fd(fd->get()), has_variables);
}

const char* const kNotes =
    "OSRELEASE=7.2\nSIZE(page)=64\nNUMBER(VMEMMAP_START)=0xffffc1ffc0000000\n"
    "NUMBER(PHYS_OFFSET)=0x40000000\n";

TEST(Pages, OfPhysicalAddressZero) {
  const PageLayout pages = pages_of(core_with(kNotes));
  const auto page_bytes = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  EXPECT_EQ(pages.page_bytes, page_bytes);
  EXPECT_EQ(pages.first_struct + kMemory / page_bytes * 64, kStructs);
  EXPECT_EQ(pages.first_byte + kMemory, kMapped);
}

TEST(Pages, UnknownWhereTheKernelDoesNotSay) {
  EXPECT_EQ(pages_of("").first_struct, 0u);
  EXPECT_EQ(pages_of(core_with("")).first_struct, 0u);
  EXPECT_EQ(pages_of(core_with("x\nSIZE(page)=64\nNUMBER(PHYS_OFFSET)=0x40000000\n")).first_struct,
            0u);
  EXPECT_EQ(pages_of(core_with("\nNUMBER(VMEMMAP_START)=0x\nNUMBER(PHYS_OFFSET)=\n")).first_struct,
            0u);
}

TEST(Pages, NotLookedForWhereTheyAreVariables) {
  EXPECT_EQ(pages_of(core_with(kNotes), true).first_struct, 0u);
}

}  // namespace
}  // namespace pwru::kernel
