// SPDX-License-Identifier: Apache-2.0
#include "kernel/dwarf/line_table.h"

#include <algorithm>

#include "kernel/dwarf/elf_symbols.h"
#include "kernel/dwarf/source_path.h"

namespace pwru::kernel::dwarf {
namespace {

// A kernel has some 100,000; a damaged table must not take all memory.
constexpr size_t kMostSequences = 4 << 20;
constexpr size_t kMostPathBytes = 1024;

}  // namespace

Result<SectionBytes> SectionBytes::open(const ElfFile& file, std::string_view name) {
  SectionBytes bytes;
  bytes.file_ = &file;
  bytes.section_ = file.find(name);
  if (!bytes.section_) return fail("it has no section " + std::string(name));
  if (!bytes.section_->is_compressed() && !file.is_relocatable()) return bytes;
  PWRU_ASSIGN(bytes.whole_, file.content(*bytes.section_));
  PWRU_TRY(relocate(file, *bytes.section_, *bytes.whole_));
  return bytes;
}

uint64_t SectionBytes::size() const { return whole_ ? whole_->size() : section_->header.sh_size; }

Result<std::string_view> SectionBytes::part(uint64_t offset, uint64_t bytes) {
  if (!whole_) return file_->part(*section_, offset, bytes, room_);
  if (offset > whole_->size()) return fail("it is damaged");
  return std::string_view(*whole_).substr(offset, bytes);
}

Result<LineTable> LineTable::open(const ElfFile& file, const std::atomic<bool>& is_unwanted) {
  PWRU_ASSIGN(auto lines, SectionBytes::open(file, ".debug_line"));
  LineTable table(file, std::move(lines));
  PWRU_TRY(table.make_index(is_unwanted));
  return table;
}

Result<std::string_view> LineTable::unit_at(uint64_t offset) {
  PWRU_ASSIGN(const std::string_view length, lines_.part(offset, kLengthBytes));
  const uint64_t bytes = unit_bytes(length);
  if (bytes == 0 || bytes > lines_.size() - offset) return fail("its line table is damaged");
  return lines_.part(offset, bytes);
}

Result<> LineTable::make_index(const std::atomic<bool>& is_unwanted) {
  for (uint64_t at = 0; at < lines_.size();) {
    if (is_unwanted) return fail("it is no longer wanted");
    PWRU_ASSIGN(const std::string_view bytes, unit_at(at));
    add_sequences(bytes, at);
    if (sequences_.size() > kMostSequences) return fail("its line table is damaged");
    at += bytes.size();
  }
  std::ranges::sort(sequences_, {}, &Sequence::begin);
  sequences_.shrink_to_fit();
  return {};
}

// A unit that is damaged, or of a version that is not known, has none.
void LineTable::add_sequences(std::string_view bytes, uint64_t at) {
  const auto unit = LineUnit::parse(bytes);
  if (!unit) return;
  std::optional<uint64_t> begin;
  run_program(*unit, [&](const LineRow& row) {
    if (!begin) begin = row.address;
    if (!row.is_end) return true;
    if (*begin < row.address) sequences_.push_back({*begin, row.address, at});
    begin.reset();
    return sequences_.size() <= kMostSequences;
  });
}

std::string LineTable::text_of(std::string_view section, std::optional<SectionBytes>& texts,
                               uint64_t offset) {
  if (!texts) {
    auto opened = SectionBytes::open(*file_, section);
    if (!opened) return "";
    texts = std::move(*opened);
  }
  const auto part = texts->part(offset, kMostPathBytes);
  if (!part) return "";
  const size_t end = part->find('\0');
  return std::string(end == std::string_view::npos ? "" : part->substr(0, end));
}

std::string LineTable::find(uint64_t address) {
  const auto behind = std::ranges::upper_bound(sequences_, address, {}, &Sequence::begin);
  if (behind == sequences_.begin() || address >= std::prev(behind)->end) return "";
  const Sequence& sequence = *std::prev(behind);
  const auto bytes = unit_at(sequence.unit);
  const auto unit = bytes ? LineUnit::parse(*bytes) : std::nullopt;
  if (!unit) return "";
  std::optional<LineRow> before, found;
  run_program(*unit, [&](const LineRow& row) {
    if (before && before->address <= address && address < row.address) found = before;
    before = row.is_end ? std::nullopt : std::optional(row);
    return !found;
  });
  // Line 0 is of code that the compiler made up.
  if (!found || found->line == 0) return "";
  const Strings strings = {
      [this](uint64_t offset) { return text_of(".debug_line_str", line_texts_, offset); },
      [this](uint64_t offset) { return text_of(".debug_str", all_texts_, offset); }};
  const std::string path = short_path(file_path(*unit, found->file, strings));
  if (path.empty() || path.size() > kMostPathBytes) return "";
  return path + ":" + std::to_string(found->line);
}

}  // namespace pwru::kernel::dwarf
