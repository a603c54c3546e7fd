// SPDX-License-Identifier: Apache-2.0
// Reads a file with debug info, and asks it for lines; or, of what is no ELF file, a unit of
// .debug_line.
#include <cstdint>

#include "base/file.h"
#include "kernel/dwarf/elf_symbols.h"
#include "kernel/dwarf/line_table.h"
#include "kernel/dwarf/source_path.h"
#include "tests/fuzz/code.h"

namespace {

using namespace pwru;
using namespace pwru::kernel::dwarf;

void ask(const ElfFile& file, LineTable& table, uint64_t address) {
  for (size_t section = 0; section < file.sections().size(); section++)
    for (uint64_t byte = 0; byte < 64; byte += 7)
      (void)table.find(file.base_of(section) + address + byte);
}

void try_file(std::string_view bytes) {
  auto fd = memfd_with("fuzz", bytes);
  fuzz::require(fd.has_value());
  const auto file = ElfFile::open(std::move(*fd));
  if (!file) return fuzz::check_error(file.error());
  fuzz::require(build_id_of(*file).size() <= bytes.size());
  const auto symbol = find_symbol(*file, "touch");
  const std::atomic<bool> is_unwanted = false;
  auto table = LineTable::open(*file, is_unwanted);
  if (!table) return fuzz::check_error(table.error());
  ask(*file, *table, 0);
  if (symbol && *symbol) ask(*file, *table, **symbol);
}

void try_unit(std::string_view bytes) {
  const auto unit = LineUnit::parse(bytes);
  if (!unit) return;
  size_t rows = 0;
  uint64_t file = 0;
  run_program(*unit, [&](const LineRow& row) {
    file = row.file;
    return ++rows < 10'000;
  });
  fuzz::require(rows <= unit->program.size());
  const auto text = [&](uint64_t offset) { return std::string(bytes.substr(offset % 64, 20)); };
  for (const uint64_t number : {file, uint64_t{0}, uint64_t{1}}) {
    const std::string path = short_path(file_path(*unit, number, {text, text}));
    fuzz::require(!path.starts_with("../") && path.find("//") == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.starts_with("\x7f"
                        "ELF"))
    try_file(bytes);
  else
    try_unit(bytes);
  return 0;
}
