// SPDX-License-Identifier: Apache-2.0
// Which line of the sources an address is of, by .debug_line of a file.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kernel/dwarf/elf_file.h"
#include "kernel/dwarf/line_unit.h"

namespace pwru::kernel::dwarf {

// A section of which parts are read: one that is compressed, or has relocations, is kept in memory.
class SectionBytes {
 public:
  // Fails when the file has no such section. `file` must outlive it.
  [[nodiscard]] static Result<SectionBytes> open(const ElfFile& file, std::string_view name);
  [[nodiscard]] uint64_t size() const;
  // Valid until the next call; shorter where the section ends.
  [[nodiscard]] Result<std::string_view> part(uint64_t offset, uint64_t bytes);

 private:
  const ElfFile* file_ = nullptr;
  const ElfFile::Section* section_ = nullptr;
  std::optional<std::string> whole_;
  std::string room_;
};

class LineTable {
 public:
  // Reads the whole section once, as nothing says which unit an address is in: .debug_aranges is
  // not always there. `is_unwanted` ends that early. `file` must outlive the table.
  [[nodiscard]] static Result<LineTable> open(const ElfFile& file,
                                              const std::atomic<bool>& is_unwanted);

  // "net/ipv4/tcp_ipv4.c:2210"; "" when it is not known. Reads one unit.
  [[nodiscard]] std::string find(uint64_t address);

 private:
  // Instructions without a gap, by one unit.
  struct Sequence {
    uint64_t begin = 0, end = 0;
    uint64_t unit = 0;  // its offset
  };

  explicit LineTable(const ElfFile& file, SectionBytes lines)
      : file_(&file), lines_(std::move(lines)) {}
  Result<> make_index(const std::atomic<bool>& is_unwanted);
  void add_sequences(std::string_view bytes, uint64_t at);
  [[nodiscard]] Result<std::string_view> unit_at(uint64_t offset);
  [[nodiscard]] std::string text_of(std::string_view section, std::optional<SectionBytes>& texts,
                                    uint64_t offset);

  const ElfFile* file_;
  SectionBytes lines_;
  std::optional<SectionBytes> line_texts_, all_texts_;
  std::vector<Sequence> sequences_;
};

}  // namespace pwru::kernel::dwarf
