// SPDX-License-Identifier: Apache-2.0
#include "kernel/dwarf/elf_symbols.h"

#include <cstring>

#include "kernel/dwarf/cursor.h"

namespace pwru::kernel::dwarf {
namespace {

// What symbol tables have beside functions and data.
bool is_named_place(const Elf64_Sym& symbol) {
  const auto type = ELF64_ST_TYPE(symbol.st_info);
  return type != STT_FILE && type != STT_SECTION && symbol.st_shndx != SHN_UNDEF;
}

uint64_t address_of(const ElfFile& file, const Elf64_Sym& symbol) {
  return file.base_of(symbol.st_shndx) + symbol.st_value;
}

// How many bytes a relocation writes; 0: one that no debug section has.
size_t width_of(uint16_t machine, uint64_t type) {
  if (machine == EM_X86_64) {
    if (type == R_X86_64_64) return sizeof(uint64_t);
    if (type == R_X86_64_32) return sizeof(uint32_t);
  }
  if (machine == EM_AARCH64) {
    if (type == R_AARCH64_ABS64) return sizeof(uint64_t);
    if (type == R_AARCH64_ABS32) return sizeof(uint32_t);
  }
  return 0;
}

Result<> apply(const ElfFile& file, std::string_view symbols, const Elf64_Rela& entry,
               std::string& content) {
  const size_t width = width_of(file.machine(), ELF64_R_TYPE(entry.r_info));
  if (width == 0) return fail("it has relocations of another kind");
  if (entry.r_offset > content.size() || width > content.size() - entry.r_offset)
    return fail("its relocations are damaged");
  const uint64_t at = ELF64_R_SYM(entry.r_info) * sizeof(Elf64_Sym);
  if (at > symbols.size()) return fail("its relocations are damaged");
  Cursor cursor(symbols.substr(at));
  const auto symbol = cursor.number<Elf64_Sym>();
  if (cursor.is_bad()) return fail("its relocations are damaged");
  const uint64_t value = address_of(file, symbol) + static_cast<uint64_t>(entry.r_addend);
  std::memcpy(content.data() + entry.r_offset, &value, width);
  return {};
}

}  // namespace

Result<std::optional<uint64_t>> find_symbol(const ElfFile& file, std::string_view name) {
  const ElfFile::Section* const table = file.find(".symtab");
  if (!table || table->header.sh_link >= file.sections().size()) return fail("it has no symbols");
  PWRU_ASSIGN(const std::string symbols, file.content(*table));
  PWRU_ASSIGN(const std::string texts, file.content(file.sections()[table->header.sh_link]));
  const std::string_view names = texts;
  std::optional<uint64_t> found;
  for (Cursor cursor(symbols); !cursor.is_at_end();) {
    const auto symbol = cursor.number<Elf64_Sym>();
    if (cursor.is_bad()) return fail("its symbols are damaged");
    if (!is_named_place(symbol) || symbol.st_name >= names.size()) continue;
    const std::string_view rest = names.substr(symbol.st_name);
    if (!rest.starts_with(name) || rest.size() == name.size() || rest[name.size()] != '\0')
      continue;
    const uint64_t address = address_of(file, symbol);
    if (found && *found != address) return std::nullopt;
    found = address;
  }
  return found;
}

Result<> relocate(const ElfFile& file, const ElfFile::Section& section, std::string& content) {
  // A linker that keeps relocations (--emit-relocs) has applied them.
  if (!file.is_relocatable()) return {};
  const ElfFile::Section* const table = file.find(".rela" + section.name);
  if (!table) return {};
  if (table->header.sh_link >= file.sections().size()) return fail("its relocations are damaged");
  PWRU_ASSIGN(const std::string entries, file.content(*table));
  PWRU_ASSIGN(const std::string symbols, file.content(file.sections()[table->header.sh_link]));
  for (Cursor cursor(entries); !cursor.is_at_end();) {
    const auto entry = cursor.number<Elf64_Rela>();
    if (cursor.is_bad()) return fail("its relocations are damaged");
    PWRU_TRY(apply(file, symbols, entry, content));
  }
  return {};
}

}  // namespace pwru::kernel::dwarf
