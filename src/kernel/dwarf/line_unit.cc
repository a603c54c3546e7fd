// SPDX-License-Identifier: Apache-2.0
#include "kernel/dwarf/line_unit.h"

#include <algorithm>
#include <array>
#include <vector>

namespace pwru::kernel::dwarf {
namespace {

constexpr uint32_t kIs64Bit = 0xffffffff;
constexpr uint16_t kOldest = 2, kNewest = 5;
constexpr uint8_t kAddressBytes = 8;
// More than any unit of a kernel has: a damaged header must not take all memory.
constexpr uint64_t kMostEntries = 1 << 16;

// DW_LNCT_*, DW_FORM_*
constexpr uint64_t kPath = 1, kFolder = 2;
enum Form : uint64_t {
  kData2 = 0x05,
  kData4 = 0x06,
  kData8 = 0x07,
  kText = 0x08,
  kBlock = 0x09,
  kData1 = 0x0b,
  kStrp = 0x0e,
  kUdata = 0x0f,
  kData16 = 0x1e,
  kLineStrp = 0x1f
};

// A folder or a file. Its name may be in another section, and is fetched when it is wanted.
struct Entry {
  std::string_view name;
  uint64_t form = kText, offset = 0;
  uint64_t folder = 0;
};

struct PathTables {
  std::vector<Entry> folders, files;
};

std::string name_of(const Entry& entry, const Strings& strings) {
  if (entry.form == kLineStrp) return strings.of_lines(entry.offset);
  if (entry.form == kStrp) return strings.of_all(entry.offset);
  return std::string(entry.name);
}

// The tables of DWARF 5: a description of the fields, and then the entries.
class TableReader {
 public:
  explicit TableReader(const LineUnit& unit) : is_64_bit_(unit.is_64_bit), cursor_(unit.tables) {}

  // Empty when it is damaged.
  std::vector<Entry> read() {
    std::vector<std::pair<uint64_t, uint64_t>> fields(cursor_.number<uint8_t>());
    for (auto& [kind, form] : fields) {
      kind = cursor_.unsigned_leb();
      form = cursor_.unsigned_leb();
    }
    const uint64_t count = cursor_.unsigned_leb();
    std::vector<Entry> entries;
    if (fields.empty() || count > kMostEntries) return entries;
    for (uint64_t n = 0; n < count && !cursor_.is_bad(); n++) {
      Entry& entry = entries.emplace_back();
      for (const auto& [kind, form] : fields) read_field(kind, form, entry);
    }
    if (cursor_.is_bad() || is_unknown_) entries.clear();
    return entries;
  }

 private:
  void read_field(uint64_t kind, uint64_t form, Entry& entry) {
    if (form == kText || form == kStrp || form == kLineStrp) {
      Entry text = {form == kText ? cursor_.text() : "", form, 0, entry.folder};
      if (form != kText) text.offset = cursor_.offset(is_64_bit_);
      if (kind == kPath) entry = text;
      return;
    }
    const uint64_t value = read_number(form);
    if (kind == kFolder) entry.folder = value;
  }

  uint64_t read_number(uint64_t form) {
    switch (form) {
      case kData1:
        return cursor_.number<uint8_t>();
      case kData2:
        return cursor_.number<uint16_t>();
      case kData4:
        return cursor_.number<uint32_t>();
      case kData8:
        return cursor_.number<uint64_t>();
      case kUdata:
        return cursor_.unsigned_leb();
      case kData16:  // the MD5 of the file
        cursor_.skip(16);
        return 0;
      case kBlock:
        cursor_.skip(cursor_.unsigned_leb());
        return 0;
      default:
        is_unknown_ = true;
        return 0;
    }
  }

  bool is_64_bit_;
  Cursor cursor_;
  bool is_unknown_ = false;
};

// The tables of DWARF 2 to 4 end with an empty name. Folders and files are counted from 1; folder 0
// is the one that it was compiled in, which only .debug_info knows.
PathTables read_old_tables(std::string_view bytes) {
  PathTables tables;
  Cursor cursor(bytes);
  tables.folders.emplace_back();
  while (!cursor.is_bad() && tables.folders.size() < kMostEntries) {
    const std::string_view name = cursor.text();
    if (name.empty()) break;
    tables.folders.push_back({name});
  }
  tables.files.emplace_back();
  while (!cursor.is_bad() && tables.files.size() < kMostEntries) {
    const std::string_view name = cursor.text();
    if (name.empty()) break;
    tables.files.push_back({name, kText, 0, cursor.unsigned_leb()});
    (void)cursor.unsigned_leb();  // when it was changed
    (void)cursor.unsigned_leb();  // how long it is
  }
  return tables;
}

// Every file of a kernel includes some of this folder.
std::string source_root(const std::vector<Entry>& folders, const Strings& strings) {
  constexpr std::string_view kInclude = "/include/linux";
  for (const Entry& folder : folders) {
    const std::string path = name_of(folder, strings);
    if (path.starts_with('/') && path.ends_with(kInclude))
      return path.substr(0, path.size() - kInclude.size());
  }
  return "";
}

}  // namespace

uint64_t unit_bytes(std::string_view bytes) {
  Cursor cursor(bytes);
  uint64_t length = cursor.number<uint32_t>();
  if (length == kIs64Bit) length = cursor.number<uint64_t>();
  const uint64_t all = length + cursor.at();
  return cursor.is_bad() || all < length ? 0 : all;
}

std::optional<LineUnit> LineUnit::parse(std::string_view unit) {
  LineUnit parsed;
  Cursor cursor(unit);
  parsed.is_64_bit = cursor.number<uint32_t>() == kIs64Bit;
  if (parsed.is_64_bit) cursor.skip(sizeof(uint64_t));
  parsed.version = cursor.number<uint16_t>();
  if (parsed.version < kOldest || parsed.version > kNewest) return std::nullopt;
  if (parsed.version >= 5) {
    const auto address_bytes = cursor.number<uint8_t>();
    const auto selector_bytes = cursor.number<uint8_t>();
    if (address_bytes != kAddressBytes || selector_bytes != 0) return std::nullopt;
  }
  const uint64_t header_bytes = cursor.offset(parsed.is_64_bit);
  Cursor header(cursor.bytes(header_bytes));
  parsed.program = cursor.rest();
  parsed.least_step = header.number<uint8_t>();
  if (parsed.version >= 4) header.skip(1);  // operations of an instruction, of VLIW machines
  header.skip(1);                           // whether a row begins a statement
  parsed.line_base = header.number<int8_t>();
  parsed.line_range = header.number<uint8_t>();
  parsed.opcode_base = header.number<uint8_t>();
  if (parsed.line_range == 0 || parsed.opcode_base == 0) return std::nullopt;
  parsed.operands = header.bytes(parsed.opcode_base - 1u);
  parsed.tables = header.rest();
  if (cursor.is_bad() || header.is_bad()) return std::nullopt;
  return parsed;
}

FilePath file_path(const LineUnit& unit, uint64_t file, const Strings& strings) {
  PathTables tables;
  if (unit.version >= 5) {
    TableReader reader(unit);
    tables.folders = reader.read();
    tables.files = reader.read();
  } else {
    tables = read_old_tables(unit.tables);
  }
  const auto& [folders, files] = tables;
  if (file >= files.size() || files[file].folder >= folders.size()) return {};
  FilePath found;
  found.path = name_of(files[file], strings);
  if (found.path.empty()) return {};
  // Folder 0 is the one that the others are in.
  const uint64_t folder = files[file].folder;
  if (folder != 0 && !found.path.starts_with('/'))
    found.path = name_of(folders[folder], strings) + "/" + found.path;
  if (unit.version >= 5) found.compiled_in = name_of(folders[0], strings);
  found.source_root = source_root(folders, strings);
  return found;
}

}  // namespace pwru::kernel::dwarf
