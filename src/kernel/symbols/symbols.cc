// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/symbols.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "base/file.h"

namespace pwru::kernel {
namespace {

// A lower bound for the bytes of a line, so that the table is allocated once.
constexpr size_t kTypicalLineBytes = 40;
// More than the whole file: it has 9 MB on Debian's 6.12 with few modules.
constexpr size_t kTypicalBytes = 24 << 20;
// How far past its last symbol the code of a module or JITed program is taken to reach. kallsyms
// has no sizes. Few functions are longer, and a wrong name is worse than none.
constexpr uint64_t kMaxLastSymbolBytes = 1 << 14;

constexpr int kNotHex = -1;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return kNotHex;
}

// One line of kallsyms: "ffffffff81000000 T name" or "ffffffffc0201000 t name\t[module]".
struct Line {
  uint64_t addr = 0;
  char type = 0;
  std::string_view name;
  std::string_view module;
};

// False for a line of another form. `line` has no newline.
bool split_line(std::string_view line, Line& out) {
  size_t pos = 0;
  out.addr = 0;
  for (int digit = 0; pos < line.size() && (digit = hex_digit(line[pos])) != kNotHex; ++pos)
    out.addr = out.addr << 4 | static_cast<unsigned>(digit);
  // At least " T n" must follow the address.
  if (pos == 0 || line.size() < pos + 4 || line[pos] != ' ' || line[pos + 2] != ' ') return false;
  out.type = line[pos + 1];
  out.name = line.substr(pos + 3);
  out.module = {};
  if (out.name.back() != ']') return true;
  const size_t bracket = out.name.rfind('[');
  if (bracket == std::string_view::npos || bracket < 2) return false;
  out.module = out.name.substr(bracket + 1, out.name.size() - bracket - 2);
  out.name = out.name.substr(0, bracket - 1);
  return true;
}

bool is_text(char type) { return type == 't' || type == 'T' || type == 'w' || type == 'W'; }

bool is_data(char type) { return std::strchr("dDbBrR", type) != nullptr && type != '\0'; }

// Calls `use` with each well-formed line of `text`.
template <class Use>
void for_each_line(std::string_view text, Use use) {
  Line line;
  while (!text.empty()) {
    const void* newline = std::memchr(text.data(), '\n', text.size());
    const size_t length = newline
                              ? static_cast<size_t>(static_cast<const char*>(newline) - text.data())
                              : text.size();
    if (split_line(text.substr(0, length), line)) use(line);
    text.remove_prefix(std::min(text.size(), length + 1));
  }
}

}  // namespace

Result<Symbols> Symbols::load() {
  PWRU_ASSIGN(std::string text, read_file("/proc/kallsyms", kTypicalBytes));
  return parse(std::move(text));
}

Result<Symbols> Symbols::parse(std::string text) {
  Symbols symbols;
  symbols.text_ = std::move(text);
  if (symbols.text_.size() > UINT32_MAX) return fail("parse kallsyms: more than 4 GiB of text");
  symbols.entries_.reserve(symbols.text_.size() / kTypicalLineBytes + 1);
  bool has_address = false;
  for_each_line(symbols.text_, [&](const Line& line) {
    if (!is_text(line.type)) {
      // kallsyms may list the boundaries of sections under other types than text.
      if (line.module.empty()) symbols.note_boundary(line.name, line.addr);
      return;
    }
    if (line.name.size() > UINT16_MAX || line.module.size() > UINT16_MAX) return;
    has_address = has_address || line.addr != 0;
    if (line.module.empty()) symbols.note_boundary(line.name, line.addr);
    symbols.entries_.push_back(
        {line.addr, static_cast<uint32_t>(line.name.data() - symbols.text_.data()),
         static_cast<uint16_t>(line.name.size()), static_cast<uint16_t>(line.module.size())});
  });
  if (symbols.entries_.empty())
    return fail("read /proc/kallsyms: it has no functions; the kernel needs CONFIG_KALLSYMS",
                ExitCode::NotSupported);
  if (!has_address)
    return fail("read /proc/kallsyms: all addresses are hidden", ExitCode::NotSupported, EPERM);
  const auto by_addr = [](const Entry& a, const Entry& b) { return a.addr < b.addr; };
  if (!std::is_sorted(symbols.entries_.begin(), symbols.entries_.end(), by_addr))
    std::stable_sort(symbols.entries_.begin(), symbols.entries_.end(), by_addr);
  return symbols;
}

void Symbols::note_boundary(std::string_view name, uint64_t addr) {
  if (name.size() < 2 || name[0] != '_') return;
  if (name == "_etext") text_end_ = addr;
  if (name == "_sinittext") init_begin_ = addr;
  if (name == "_einittext") init_end_ = addr;
}

Symbol Symbols::at(size_t index) const {
  const Entry& e = entries_[index];
  const std::string_view text = text_;
  const std::string_view module =
      e.module_length ? text.substr(e.name_offset + e.name_length + 2, e.module_length)
                      : std::string_view{};
  return {e.addr, text.substr(e.name_offset, e.name_length), module};
}

size_t Symbols::index_of(uint64_t addr) const {
  const auto it = std::lower_bound(entries_.begin(), entries_.end(), addr,
                                   [](const Entry& e, uint64_t a) { return e.addr < a; });
  if (it == entries_.end() || it->addr != addr) return entries_.size();
  return static_cast<size_t>(it - entries_.begin());
}

bool Symbols::is_init_text(uint64_t addr) const { return addr >= init_begin_ && addr < init_end_; }

// Of several names of one address, the first that does not start with an underscore. "__pi_memcpy",
// "_text" and the like are names of the linker.
size_t Symbols::preferred(size_t index) const {
  const uint64_t addr = entries_[index].addr;
  while (index > 0 && entries_[index - 1].addr == addr) --index;
  for (size_t n = index; n < entries_.size() && entries_[n].addr == addr; ++n)
    if (text_[entries_[n].name_offset] != '_') return n;
  return index;
}

bool Symbols::covers(const Entry& entry, size_t next, uint64_t addr) const {
  if (entry.module_length == 0 && text_end_ != 0)
    return is_init_text(addr) ? is_init_text(entry.addr) : addr < text_end_;
  if (next < entries_.size() && entries_[next].module_length != 0 && entry.module_length != 0) {
    const size_t index = static_cast<size_t>(&entry - entries_.data());
    const std::string_view module = at(index).module;
    // Two JITed programs ("bpf") are not neighbours in one module: each stands alone.
    if (module == at(next).module && module != "bpf") return true;
  }
  return addr - entry.addr < kMaxLastSymbolBytes;
}

std::optional<Located> Symbols::locate(uint64_t addr) const {
  const auto after = std::upper_bound(entries_.begin(), entries_.end(), addr,
                                      [](uint64_t a, const Entry& e) { return a < e.addr; });
  if (after == entries_.begin()) return std::nullopt;
  const size_t next = static_cast<size_t>(after - entries_.begin());
  if (!covers(entries_[next - 1], next, addr)) return std::nullopt;
  const Symbol symbol = at(preferred(next - 1));
  return Located{symbol, addr - symbol.addr};
}

std::vector<uint64_t> Symbols::addresses(std::string_view name, std::string_view module) const {
  std::vector<uint64_t> found;
  for (size_t n = 0; n < entries_.size(); ++n) {
    if (entries_[n].name_length != name.size() || entries_[n].module_length != module.size())
      continue;
    const Symbol symbol = at(n);
    if (symbol.name == name && symbol.module == module) found.push_back(symbol.addr);
  }
  return found;
}

std::optional<uint64_t> Symbols::data(std::string_view name) const {
  const std::string wanted = fmt::format(" {}\n", name);
  const char* const begin = text_.data();
  const char* const end = begin + text_.size();
  const char* at = begin;
  while (const void* hit =
             ::memmem(at, static_cast<size_t>(end - at), wanted.data(), wanted.size())) {
    at = static_cast<const char*>(hit);
    const char* line = at;
    while (line > begin && line[-1] != '\n') --line;
    Line parsed;
    if (split_line({line, static_cast<size_t>(at - line) + wanted.size() - 1}, parsed) &&
        is_data(parsed.type) && parsed.name == name && parsed.module.empty())
      return parsed.addr;
    ++at;
  }
  return std::nullopt;
}

std::string Symbols::format(uint64_t addr) const {
  const auto located = locate(addr);
  if (!located) return fmt::format("{:#x}", addr);
  const Symbol& symbol = located->symbol;
  std::string text(symbol.name);
  if (!symbol.module.empty()) text += fmt::format("[{}]", symbol.module);
  if (located->offset != 0) text += fmt::format("+{:#x}", located->offset);
  return text;
}

}  // namespace pwru::kernel
