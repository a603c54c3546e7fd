// SPDX-License-Identifier: Apache-2.0
// The columns of a line of text, as one table. A new column is a row of it and a function that
// appends its text; header, width, both layouts and the rows that are printed again follow the row.
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

// The text of a column that shows the packet. Such a text is printed again as long as the packet
// has not changed, so the function is given the packet and nothing else of the record.
using AppendOfPacket = void (*)(LineBuffer& out, const resolve::Packet& packet,
                                const TextStyle& style);
// The text of a column that may differ in each record.
using AppendOfRecord = void (*)(LineBuffer& out, const resolve::Record& record,
                                const TextStyle& style);

struct TextColumn {
  // Left and Centred: padded to `width`; longer text is not cut. Growing: as wide as the longest
  // text so far. Ragged: not padded.
  enum class Fill : uint8_t { Left, Centred, Growing, Ragged };
  // Where the narrow layout has it: in the line of the packet, or in those of its functions.
  enum class Line : uint8_t { Packet, Function };

  std::string_view header;
  size_t width;  // Growing, Ragged: of most texts; 0: not counted in columns_wanted()
  Fill fill;
  Line line;
  std::variant<AppendOfPacket, AppendOfRecord> append;
  // The colour of the text, "" for none; it takes no room.
  std::string_view (*color)(const resolve::Record& record) = nullptr;
};

// Those that this style shows, in their order.
[[nodiscard]] std::vector<TextColumn> text_columns(const TextStyle& style);

// Characters of a line with these columns that still shows most functions whole.
[[nodiscard]] size_t columns_wanted(const TextStyle& style);

inline constexpr std::string_view kRed = "\x1b[1;31m";
inline constexpr std::string_view kYellow = "\x1b[33m";
inline constexpr std::string_view kPlain = "\x1b[0m";

}  // namespace pwru::output
