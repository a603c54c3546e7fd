// SPDX-License-Identifier: Apache-2.0
// One unit of .debug_line (DWARF 2 to 5, 6.2): its header, and the program whose rows say which
// line each address is of.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "kernel/dwarf/cursor.h"

namespace pwru::kernel::dwarf {

struct LineUnit {
  uint16_t version = 0;
  bool is_64_bit = false;  // the form of offsets, not of addresses
  uint8_t least_step = 1;  // bytes of the shortest instruction
  int8_t line_base = 0;
  uint8_t line_range = 1;
  uint8_t opcode_base = 1;
  std::string_view operands;  // how many each standard opcode has
  std::string_view tables;    // folders and files
  std::string_view program;

  // `unit` begins with its length. None when it is damaged, or of another version.
  [[nodiscard]] static std::optional<LineUnit> parse(std::string_view unit);
};

// How many bytes the unit has that begins with `bytes`, with its length; 0 when that is cut off.
[[nodiscard]] uint64_t unit_bytes(std::string_view bytes);
constexpr size_t kLengthBytes = 12;  // the longest form of a unit's length

// The text at an offset of .debug_line_str or .debug_str; "" when it cannot be read.
struct Strings {
  std::function<std::string(uint64_t offset)> of_lines, of_all;
};
// The path of a file by the number that rows have, as the compiler wrote it: with the folder that
// it is in. And the folders, with which it may be shortened. "" when the tables are damaged.
struct FilePath {
  std::string path;
  std::string
      source_root;  // what is in front of "/include/linux" in a folder of the unit; "": not known
  std::string compiled_in;  // the folder; "" before DWARF 5
};
[[nodiscard]] FilePath file_path(const LineUnit& unit, uint64_t file, const Strings& strings);

struct LineRow {
  uint64_t address = 0;
  uint64_t file = 1;
  uint64_t line = 1;
  bool is_end = false;  // of a sequence: the address behind it
};

// Calls take(row) for each row of the program, until it returns false or the program is damaged.
template <class Take>
void run_program(const LineUnit& unit, Take take);

}  // namespace pwru::kernel::dwarf

#include "kernel/dwarf/line_program.h"
