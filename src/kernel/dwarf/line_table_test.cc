// SPDX-License-Identifier: Apache-2.0
// Against files that the compiler and the linker made of tests/support/debug_lines.c.
#include "kernel/dwarf/line_table.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/file.h"
#include "kernel/dwarf/elf_symbols.h"

namespace pwru::kernel::dwarf {
namespace {

using namespace std::string_literals;

const std::atomic<bool> kWanted = false;

std::string file_named(const std::string& name) { return PWRU_DEBUG_LINES "/" + name; }

Result<ElfFile> opened(std::string_view bytes) {
  PWRU_ASSIGN(auto fd, memfd_with("lines", bytes));
  return ElfFile::open(std::move(fd));
}

// The different lines of a function, in the order of its instructions; of the functions of the file
// only the next one ends it.
std::vector<std::string> lines_of(const ElfFile& file, LineTable& table, const char* function) {
  constexpr uint64_t kMost = 200;
  const uint64_t begin = find_symbol(file, function).value().value_or(0);
  std::vector<std::string> lines;
  for (uint64_t at = begin; at < begin + kMost; at++) {
    for (const char* other : {"touch", "tcp_receive", "device_receive"})
      if (at != begin && find_symbol(file, other).value() == at) return lines;
    const std::string line = table.find(at);
    if (line.empty()) return lines;
    if (lines.empty() || lines.back() != line) lines.push_back(line);
  }
  return lines;
}

class LinesOfFile : public testing::TestWithParam<const char*> {};

TEST_P(LinesOfFile, AreThoseOfTheSource) {
  auto file = ElfFile::open(open_file(file_named(GetParam()), O_RDONLY).value());
  ASSERT_TRUE(file) << file.error().what;
  auto table = LineTable::open(*file, kWanted);
  ASSERT_TRUE(table) << table.error().what;
  using Lines = std::vector<std::string>;
  EXPECT_EQ(lines_of(*file, *table, "touch"), (Lines{"kernel/touch.c:20"}));
  EXPECT_EQ(lines_of(*file, *table, "tcp_receive"),
            (Lines{"net/ipv4/tcp_ipv4.c:100", "net/ipv4/tcp_ipv4.c:2210",
                   "net/ipv4/tcp_ipv4.c:2300", "net/ipv4/tcp_ipv4.c:2301"}));
  // Of an inlined function the innermost line. These sources have no /include/linux.
  const std::string device = "/build/linux-9.9/net/core/dev.c:";
  EXPECT_EQ(
      lines_of(*file, *table, "device_receive"),
      (Lines{device + "30", "include/linux/skbuff.h:50", device + "70000", device + "70001"}));
  EXPECT_EQ(table->find(0), "");
  EXPECT_EQ(table->find(~uint64_t{0}), "");
  EXPECT_FALSE(*find_symbol(*file, "no_such_function"));
  EXPECT_FALSE(*find_symbol(*file, "tcp_receiv"));
}

INSTANTIATE_TEST_SUITE_P(Made, LinesOfFile,
                         testing::Values("4-none", "4-none.ko", "4-zlib", "4-zlib.ko", "5-none",
                                         "5-none.ko", "5-zlib", "5-zlib.ko"));

TEST(LineTable, TheBuildIdIsThatOfTheLinker) {
  const auto linked = ElfFile::open(open_file(file_named("5-zlib"), O_RDONLY).value());
  EXPECT_EQ(build_id_of(*linked).substr(0, 4), "\x00\x11\x22\x33"s);
  EXPECT_EQ(build_id_of(*linked).size(), 20u);
  const auto module = ElfFile::open(open_file(file_named("5-zlib.ko"), O_RDONLY).value());
  EXPECT_EQ(build_id_of(*module), "");
}

TEST(LineTable, TheBuildIdIsFoundAmongOtherNotes) {
  const std::string xen("\4\0\0\0\5\0\0\0\6\0\0\0Xen\0linux\0\0\0", 24);
  const std::string id("\4\0\0\0\2\0\0\0\3\0\0\0GNU\0\xab\xcd\0\0", 20);
  EXPECT_EQ(build_id_of_notes(xen + id), "\xab\xcd");
  EXPECT_EQ(build_id_of_notes(id.substr(0, 18)), "\xab\xcd");
  EXPECT_EQ(build_id_of_notes(xen), "");
  for (size_t size = 0; size < 18; size++)
    EXPECT_EQ(build_id_of_notes(id.substr(0, size)), "") << size;
}

// Opens it and asks for some lines: nothing may crash, and what is said is one line.
void try_all(std::string_view bytes) {
  const auto file = opened(bytes);
  if (!file) return;
  (void)build_id_of(*file);
  auto table = LineTable::open(*file, kWanted);
  if (!table) return;
  for (const char* function : {"touch", "device_receive"}) {
    const auto address = find_symbol(*file, function);
    for (uint64_t at = 0; address && *address && at < 64; at += 8)
      EXPECT_LT(table->find(**address + at).size(), 2048u);
  }
}

TEST(LineTable, AFileThatIsCutOffIsRefused) {
  for (const char* name : {"4-none", "5-zlib.ko"}) {
    const std::string bytes = read_file(file_named(name)).value();
    for (size_t size = 0; size < bytes.size(); size += 13) {
      EXPECT_FALSE(opened(std::string_view(bytes).substr(0, size))) << name << " " << size;
    }
  }
}

TEST(LineTable, ADamagedFileDoesNoHarm) {
  for (const char* name : {"4-none", "5-none.ko", "5-zlib"}) {
    const std::string bytes = read_file(file_named(name)).value();
    for (size_t at = 0; at < bytes.size(); at += 3) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ (at % 2 ? 0xff : 0x80));
      try_all(damaged);
    }
  }
}

TEST(LineTable, IsGivenUpWhenItIsNoLongerWanted) {
  const std::atomic<bool> is_unwanted = true;
  const auto file = ElfFile::open(open_file(file_named("5-none"), O_RDONLY).value());
  EXPECT_FALSE(LineTable::open(*file, is_unwanted));
}

TEST(LineTable, OtherFilesAreRefused) {
  EXPECT_EQ(opened("#!/bin/sh\n").error().what, "it is cut off");
  EXPECT_EQ(opened(std::string(100, 'x')).error().what,
            "it is no 64-bit ELF file of this machine's byte order");
}

}  // namespace
}  // namespace pwru::kernel::dwarf
