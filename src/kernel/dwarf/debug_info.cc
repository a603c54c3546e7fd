// SPDX-License-Identifier: Apache-2.0
#include "kernel/dwarf/debug_info.h"

#include "kernel/dwarf/elf_symbols.h"

namespace pwru::kernel {
namespace {

Result<uint64_t> find_stext(const dwarf::ElfFile& vmlinux) {
  PWRU_ASSIGN(const auto stext, dwarf::find_symbol(vmlinux, "_stext"));
  if (!stext) return fail("it has no symbol _stext");
  return *stext;
}

}  // namespace

Result<std::unique_ptr<DebugInfo>> DebugInfo::load(const DebugFolders& folders,
                                                   const std::string& module,
                                                   const std::atomic<bool>& is_unwanted) {
  PWRU_ASSIGN(DebugFile file, find_debug_file(folders, module));
  if (!file.elf) return nullptr;
  const auto of_file = [&](const Error& error) {
    return tl::unexpected<Error>(Error{file.path + ": " + error.what});
  };
  const auto stext = module.empty() ? find_stext(*file.elf) : Result<uint64_t>(0);
  if (!stext) return of_file(stext.error());
  auto lines = dwarf::LineTable::open(*file.elf, is_unwanted);
  if (!lines) return of_file(lines.error());
  return std::unique_ptr<DebugInfo>(new DebugInfo(std::move(file), std::move(*lines), *stext));
}

// The parts of a module lie anywhere in memory, so an address is one by its function.
std::string DebugInfo::line_of(const Located& place, uint64_t running_stext) {
  const Symbol& symbol = place.symbol;
  if (symbol.module.empty())
    return running_stext ? lines_.find(symbol.addr + place.offset - running_stext + stext_) : "";
  const auto function = dwarf::find_symbol(*file_.elf, symbol.name);
  if (!function || !*function) return "";
  return lines_.find(**function + place.offset);
}

}  // namespace pwru::kernel
