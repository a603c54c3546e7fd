// SPDX-License-Identifier: Apache-2.0
// Reads /proc/kallsyms once, in one pass. Finds the name of an address and the addresses of a name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pwru::kernel {

struct Symbol {
  uint64_t addr;
  std::string_view name;    // points into the Symbols object
  std::string_view module;  // "" for vmlinux, "bpf" for a JITed program
};

struct Located {
  Symbol symbol;
  uint64_t offset;  // bytes past the symbol's start
};

class Symbols {
 public:
  // Fails when all addresses read as zero: kptr_restrict hides them from this user.
  [[nodiscard]] static Result<Symbols> load();
  // For tests: `text` has the format of /proc/kallsyms.
  [[nodiscard]] static Result<Symbols> parse(std::string text);

  // The function at or before `addr`. None below the first symbol, and none in the gap behind the
  // last symbol of a module or of the kernel's text. Only text symbols (t, T, w, W) count.
  [[nodiscard]] std::optional<Located> locate(uint64_t addr) const;
  // The addresses of all text symbols of this name in this module ("" is vmlinux).
  [[nodiscard]] std::vector<uint64_t> addresses(std::string_view name,
                                                std::string_view module) const;
  // The address of a data symbol of vmlinux (d, D, b, B, r, R), e.g. vmemmap_base.
  [[nodiscard]] std::optional<uint64_t> data(std::string_view name) const;
  // "name+0x1a", "name" at offset 0, "name[module]"-style as cilium/pwru prints, or "0x..".
  [[nodiscard]] std::string format(uint64_t addr) const;

  // The text symbols in the order of their addresses, for a search of many names in one pass.
  [[nodiscard]] size_t size() const { return entries_.size(); }
  [[nodiscard]] Symbol at(size_t index) const;
  // The first text symbol at exactly `addr`, size() if there is none; its aliases follow it.
  [[nodiscard]] size_t index_of(uint64_t addr) const;
  // True between _sinittext and _einittext of vmlinux, whose functions are freed after boot.
  [[nodiscard]] bool is_init_text(uint64_t addr) const;

 private:
  struct Entry {
    uint64_t addr;
    uint32_t name_offset;  // in text_
    uint16_t name_length;
    uint16_t module_length;  // "\t[module]" follows the name
  };

  [[nodiscard]] size_t preferred(size_t index) const;
  [[nodiscard]] bool covers(const Entry& entry, size_t next, uint64_t addr) const;
  void note_boundary(std::string_view name, uint64_t addr);

  std::string text_;
  std::vector<Entry> entries_;
  uint64_t text_end_ = 0;  // _etext; 0 when kallsyms does not have it
  uint64_t init_begin_ = 0;
  uint64_t init_end_ = 0;
};

}  // namespace pwru::kernel
