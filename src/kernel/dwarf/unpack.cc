// SPDX-License-Identifier: Apache-2.0
#include "kernel/dwarf/unpack.h"

#include <elf.h>
#include <zlib.h>

#include "kernel/dwarf/cursor.h"

namespace pwru::kernel::dwarf {

Result<std::string> unpack_section(std::string_view bytes, uint64_t most_bytes) {
  constexpr uint32_t kZstd = 2;  // ELFCOMPRESS_ZSTD, of glibc 2.37
  Cursor cursor(bytes);
  const auto header = cursor.number<Elf64_Chdr>();
  if (cursor.is_bad()) return fail("it is cut off");
  if (header.ch_type == kZstd)
    return fail("its sections are compressed with zstd; objcopy --decompress-debug-sections helps");
  if (header.ch_type != ELFCOMPRESS_ZLIB) return fail("its sections are compressed in another way");
  if (header.ch_size > most_bytes) return fail("it has a section that is too large");
  constexpr uint64_t kMostRatio = 1032;  // of deflate, says zlib's documentation
  const std::string_view packed = cursor.rest();
  if (header.ch_size / kMostRatio > packed.size()) return fail("it has a section that is damaged");
  std::string content(header.ch_size, '\0');
  uLongf size = header.ch_size;
  const int code = ::uncompress(reinterpret_cast<Bytef*>(content.data()), &size,
                                reinterpret_cast<const Bytef*>(packed.data()), packed.size());
  if (code != Z_OK || size != header.ch_size) return fail("it has a section that is damaged");
  return content;
}

}  // namespace pwru::kernel::dwarf
