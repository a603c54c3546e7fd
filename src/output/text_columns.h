// SPDX-License-Identifier: Apache-2.0
// The columns of a line of text, as one table. A new column is a row of the table and a function
// that appends the text. The header, the widths and both layouts are made from the row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "output/file/line_buffer.h"
#include "output/text_style.h"
#include "resolve/record.h"

namespace pwru::output {

// Appends the text of a column that shows the packet. The text is printed again as long as the
// packet is equal. For this reason the function gets the packet and nothing else of the record.
using AppendOfPacket = void (*)(LineBuffer& out, const resolve::Packet& packet,
                                const TextStyle& style);
// Appends the text of a column that may differ in each record.
using AppendOfRecord = void (*)(LineBuffer& out, const resolve::Record& record,
                                const TextStyle& style);

struct TextColumn {
  // Left and Centred are padded to `width`, and longer text is not cut. Growing is padded to the
  // longest text so far. Ragged is not padded.
  enum class Fill : uint8_t { Left, Centred, Growing, Ragged };
  // The narrow layout has two kinds of lines: of the packet, and below it of its functions.
  enum class Line : uint8_t { Packet, Function };

  std::string_view header;
  // For Growing and Ragged: as wide as most texts. columns_wanted() does not count a column of 0.
  size_t width;
  Fill fill;
  Line line;
  std::variant<AppendOfPacket, AppendOfRecord> append;
  // Returns the colour of the text, "" for none. Null: the column is never coloured.
  std::string_view (*color)(const resolve::Record& record) = nullptr;
};

// The columns that this style shows, from left to right.
[[nodiscard]] std::vector<TextColumn> text_columns(const TextStyle& style);

// Characters of a line with these columns that still shows most functions whole.
[[nodiscard]] size_t columns_wanted(const TextStyle& style);

inline constexpr std::string_view kRed = "\x1b[1;31m";
inline constexpr std::string_view kYellow = "\x1b[33m";
inline constexpr std::string_view kPlain = "\x1b[0m";

}  // namespace pwru::output
