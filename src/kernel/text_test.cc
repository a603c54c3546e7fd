// SPDX-License-Identifier: Apache-2.0
#include "kernel/text.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "base/file.h"

namespace pwru::kernel {
namespace {

constexpr uint64_t kAddress = 0xffffffff81000000;

// A core file with a note and one segment that holds `bytes`.
std::string core_with(const std::string& bytes) {
  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_phoff = sizeof(header);
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 2;
  std::array<Elf64_Phdr, 2> segments = {};
  segments[0].p_type = PT_NOTE;
  segments[1].p_type = PT_LOAD;
  segments[1].p_vaddr = kAddress;
  segments[1].p_memsz = bytes.size();
  segments[1].p_offset = sizeof(header) + sizeof(segments);
  std::string file(reinterpret_cast<const char*>(&header), sizeof(header));
  file.append(reinterpret_cast<const char*>(segments.data()), sizeof(segments));
  return file + bytes;
}

Text open_text(const std::string& file) {
  const auto fd = memfd_with("core", file);
  return Text::open(path_of_fd(fd->get()));
}

TEST(Text, ReadsWhatLiesAtAnAddress) {
  const Text text = open_text(core_with("abcdef"));
  std::array<uint8_t, 2> bytes = {};
  ASSERT_TRUE(text.read(kAddress + 4, bytes));
  EXPECT_EQ(bytes[0], 'e');
  EXPECT_EQ(bytes[1], 'f');
}

TEST(Text, RefusesWhatNoSegmentHolds) {
  const Text text = open_text(core_with("abcdef"));
  std::array<uint8_t, 2> bytes = {};
  EXPECT_FALSE(text.read(kAddress + 5, bytes));
  EXPECT_FALSE(text.read(kAddress + 6, bytes));
  EXPECT_FALSE(text.read(kAddress - 1, bytes));
}

TEST(Text, HasNothingWithoutACoreFile) {
  std::array<uint8_t, 1> bytes = {};
  EXPECT_FALSE(open_text("").read(kAddress, bytes));
  EXPECT_FALSE(open_text(core_with("abc").substr(0, 100)).read(kAddress, bytes));
  EXPECT_FALSE(Text::open("/nonexistent").read(kAddress, bytes));
}

}  // namespace
}  // namespace pwru::kernel
