// SPDX-License-Identifier: Apache-2.0
#include "kernel/dwarf/elf_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "kernel/dwarf/cursor.h"
#include "kernel/dwarf/unpack.h"

namespace pwru::kernel::dwarf {
namespace {

// More than the line table of any kernel has: a damaged header must not take all memory.
constexpr uint64_t kMostBytes = 512 << 20;
constexpr size_t kMostNoteBytes = 1 << 16;

}  // namespace

Result<ElfFile> ElfFile::open(UniqueFd fd) {
  ElfFile file(std::move(fd));
  PWRU_TRY(file.read_headers());
  return file;
}

Result<> ElfFile::read(uint64_t offset, uint64_t bytes, std::string& room) const {
  if (offset > size_ || bytes > size_ - offset) return fail("it is cut off");
  if (bytes > kMostBytes) return fail("it has a section that is too large");
  room.resize(bytes);
  for (size_t done = 0; done < bytes;) {
    const ssize_t n =
        ::pread(fd_.get(), room.data() + done, bytes - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return sys_fail("it cannot be read");
    if (n == 0) return fail("it is cut off");
    done += static_cast<size_t>(n);
  }
  return {};
}

Result<> ElfFile::read_headers() {
  struct stat status = {};
  if (::fstat(fd_.get(), &status) != 0) return sys_fail("it cannot be read");
  size_ = static_cast<uint64_t>(status.st_size);
  std::string bytes;
  PWRU_TRY(read(0, sizeof(header_), bytes));
  std::memcpy(&header_, bytes.data(), sizeof(header_));
  constexpr auto kByteOrder = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
  if (std::memcmp(header_.e_ident, ELFMAG, SELFMAG) != 0 ||
      header_.e_ident[EI_CLASS] != ELFCLASS64 || header_.e_ident[EI_DATA] != kByteOrder ||
      header_.e_shentsize != sizeof(Elf64_Shdr))
    return fail("it is no 64-bit ELF file of this machine's byte order");
  PWRU_TRY(read(header_.e_shoff, uint64_t{header_.e_shnum} * sizeof(Elf64_Shdr), bytes));
  return read_names(bytes);
}

Result<> ElfFile::read_names(std::string_view headers) {
  sections_.resize(header_.e_shnum);
  for (size_t n = 0; n < sections_.size(); n++)
    std::memcpy(&sections_[n].header, headers.data() + n * sizeof(Elf64_Shdr), sizeof(Elf64_Shdr));
  if (header_.e_shstrndx >= sections_.size()) return fail("its section names are damaged");
  const Elf64_Shdr& of_names = sections_[header_.e_shstrndx].header;
  std::string names;
  PWRU_TRY(read(of_names.sh_offset, of_names.sh_size, names));
  for (Section& section : sections_) {
    if (section.header.sh_name >= names.size()) continue;
    const std::string_view rest = std::string_view(names).substr(section.header.sh_name);
    section.name = rest.substr(0, rest.find('\0'));
  }
  return {};
}

const ElfFile::Section* ElfFile::find(std::string_view name) const {
  const auto found = std::ranges::find(sections_, name, &Section::name);
  return found == sections_.end() || found->header.sh_type == SHT_NOBITS ? nullptr : &*found;
}

Result<std::string> ElfFile::content(const Section& section) const {
  std::string bytes;
  PWRU_TRY(read(section.header.sh_offset, section.header.sh_size, bytes));
  return section.is_compressed() ? unpack_section(bytes, kMostBytes) : std::move(bytes);
}

Result<std::string_view> ElfFile::part(const Section& section, uint64_t offset, uint64_t bytes,
                                       std::string& room) const {
  const uint64_t size = section.header.sh_size;
  if (offset > size) return fail("it is damaged");
  if (section.header.sh_offset > size_) return fail("it is cut off");
  PWRU_TRY(read(section.header.sh_offset + offset, std::min(bytes, size - offset), room));
  return room;
}

uint64_t ElfFile::base_of(size_t number) const {
  constexpr unsigned kSectionShift = 40;
  if (!is_relocatable() || number >= sections_.size()) return 0;
  const bool is_in_memory = (sections_[number].header.sh_flags & SHF_ALLOC) != 0;
  return is_in_memory ? uint64_t{number} << kSectionShift : 0;
}

std::string build_id_of_notes(std::string_view notes) {
  constexpr std::string_view kOwner("GNU\0", 4);
  constexpr auto padded = [](uint32_t bytes) { return (uint64_t{bytes} + 3) & ~uint64_t{3}; };
  for (Cursor cursor(notes); !cursor.is_at_end();) {
    const auto header = cursor.number<Elf64_Nhdr>();
    const std::string_view owner = cursor.bytes(padded(header.n_namesz));
    const std::string_view bytes = cursor.bytes(header.n_descsz);
    if (cursor.is_bad()) break;
    if (header.n_type == NT_GNU_BUILD_ID && owner == kOwner) return std::string(bytes);
    if (cursor.is_at_end()) break;
    cursor.skip(padded(header.n_descsz) - header.n_descsz);
  }
  return "";
}

// vmlinux has all its notes in .notes, others one section for each.
std::string build_id_of(const ElfFile& file) {
  for (const ElfFile::Section& section : file.sections()) {
    if (section.header.sh_type != SHT_NOTE || section.header.sh_size > kMostNoteBytes) continue;
    const auto notes = file.content(section);
    if (!notes) continue;
    if (std::string id = build_id_of_notes(*notes); !id.empty()) return id;
  }
  return "";
}

}  // namespace pwru::kernel::dwarf
