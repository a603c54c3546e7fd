// SPDX-License-Identifier: Apache-2.0
#include "kernel/btf/btf_elf.h"

#include <elf.h>

#include <cstring>
#include <optional>

namespace pwru::kernel {
namespace {

std::optional<std::string_view> slice(std::string_view bytes, uint64_t offset, uint64_t length) {
  if (offset > bytes.size() || length > bytes.size() - offset) return std::nullopt;
  return bytes.substr(offset, length);
}

template <class T>
std::optional<T> read_at(std::string_view bytes, uint64_t offset) {
  const auto part = slice(bytes, offset, sizeof(T));
  if (!part) return std::nullopt;
  T value;
  std::memcpy(&value, part->data(), sizeof(T));
  return value;
}

std::optional<Elf64_Shdr> section(std::string_view elf, const Elf64_Ehdr& header, uint64_t number) {
  if (header.e_shoff > elf.size()) return std::nullopt;
  return read_at<Elf64_Shdr>(elf, header.e_shoff + number * sizeof(Elf64_Shdr));
}

bool is_named(std::string_view names, uint32_t offset, std::string_view wanted) {
  if (offset >= names.size()) return false;
  const std::string_view rest = names.substr(offset);
  return rest.substr(0, rest.find('\0')) == wanted;
}

}  // namespace

bool is_elf(std::string_view bytes) { return bytes.starts_with(std::string_view(ELFMAG, SELFMAG)); }

Result<std::string> btf_section_of_elf(std::string_view elf) {
  const auto header = read_at<Elf64_Ehdr>(elf, 0);
  constexpr auto kByteOrder = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
  if (!header || header->e_ident[EI_CLASS] != ELFCLASS64 ||
      header->e_ident[EI_DATA] != kByteOrder || header->e_shentsize != sizeof(Elf64_Shdr))
    return fail("read BTF from an ELF file: it is no 64-bit file of this machine's byte order");
  const auto names_header = section(elf, *header, header->e_shstrndx);
  const auto names =
      names_header ? slice(elf, names_header->sh_offset, names_header->sh_size) : std::nullopt;
  if (!names) return fail("read BTF from an ELF file: its section names are damaged");
  for (uint64_t n = 0; n < header->e_shnum; ++n) {
    const auto candidate = section(elf, *header, n);
    if (!candidate) break;
    if (!is_named(*names, candidate->sh_name, ".BTF")) continue;
    const auto bytes = slice(elf, candidate->sh_offset, candidate->sh_size);
    if (!bytes || candidate->sh_type == SHT_NOBITS || (candidate->sh_flags & SHF_COMPRESSED) != 0)
      return fail("read BTF from an ELF file: its .BTF section is compressed or cut off");
    return std::string(*bytes);
  }
  return fail(
      "read BTF from an ELF file: it has no .BTF section; build it with CONFIG_DEBUG_INFO_BTF");
}

}  // namespace pwru::kernel
