// SPDX-License-Identifier: Apache-2.0
// An ELF file with debug info: its sections, which are read only when they are asked for. It is
// read and not mapped, because a mapped file that becomes shorter ends the process (SIGBUS).
#pragma once

#include <elf.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/handle.h"
#include "base/result.h"

namespace pwru::kernel::dwarf {

class ElfFile {
 public:
  struct Section {
    std::string name;
    Elf64_Shdr header = {};

    [[nodiscard]] bool is_compressed() const { return (header.sh_flags & SHF_COMPRESSED) != 0; }
  };

  // Only 64-bit files of this machine's byte order. An error does not name the file.
  [[nodiscard]] static Result<ElfFile> open(UniqueFd fd);

  // Null: it has no such section, or one without bytes (objcopy --only-keep-debug).
  [[nodiscard]] const Section* find(std::string_view name) const;
  [[nodiscard]] const std::vector<Section>& sections() const { return sections_; }
  // A kernel module: its sections have no addresses yet.
  [[nodiscard]] bool is_relocatable() const { return header_.e_type == ET_REL; }
  [[nodiscard]] uint16_t machine() const { return header_.e_machine; }

  // The whole section, without its compression.
  [[nodiscard]] Result<std::string> content(const Section& section) const;
  // A part of a section that is not compressed, into `room`; shorter where the section ends.
  [[nodiscard]] Result<std::string_view> part(const Section& section, uint64_t offset,
                                              uint64_t bytes, std::string& room) const;

  // Where section `number` lies. In a relocatable file each section that will be in memory gets a
  // made-up address of its own, so that offsets in different ones differ.
  [[nodiscard]] uint64_t base_of(size_t number) const;

 private:
  explicit ElfFile(UniqueFd fd) : fd_(std::move(fd)) {}
  Result<> read_headers();
  Result<> read_names(std::string_view headers);
  Result<> read(uint64_t offset, uint64_t bytes, std::string& room) const;

  UniqueFd fd_;
  uint64_t size_ = 0;
  Elf64_Ehdr header_ = {};
  std::vector<Section> sections_;
};

// The build-id among the notes of a section, e.g. of /sys/kernel/notes; "": there is none.
[[nodiscard]] std::string build_id_of_notes(std::string_view notes);
[[nodiscard]] std::string build_id_of(const ElfFile& file);

}  // namespace pwru::kernel::dwarf
