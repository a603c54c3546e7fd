// SPDX-License-Identifier: Apache-2.0
#include "kernel/dwarf/line_unit.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <vector>

#include "kernel/dwarf/source_path.h"

namespace pwru::kernel::dwarf {
namespace {

using namespace std::string_literals;

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

template <class Number>
std::string number(Number value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

const std::string kOperands = bytes({0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1});

struct Parts {
  uint16_t version = 4;
  bool is_64_bit = false;
  std::string tables = "\0\0"s;
  std::string program = {};
  std::string operands = kOperands;
};

// line_base is -5, line_range is 14.
std::string unit(const Parts& parts) {
  const auto offset = [&](uint64_t value) {
    return parts.is_64_bit ? number(value) : number(static_cast<uint32_t>(value));
  };
  std::string header = bytes({1});
  if (parts.version >= 4) header += bytes({1});
  header += bytes({1, -5, 14, static_cast<int>(parts.operands.size()) + 1}) + parts.operands;
  header += parts.tables;
  std::string rest = number(parts.version);
  if (parts.version >= 5) rest += bytes({8, 0});
  rest += offset(header.size()) + header + parts.program;
  return (parts.is_64_bit ? number(0xffffffffu) : "") + offset(rest.size()) + rest;
}

std::string set_address(uint64_t address) { return bytes({0, 9, 2}) + number(address); }
const std::string kEnd = bytes({0, 1, 1});

std::string rows_of(const std::string& text) {
  const auto parsed = LineUnit::parse(text);
  if (!parsed) return "damaged";
  std::string rows;
  run_program(*parsed, [&](const LineRow& row) {
    rows += std::to_string(row.address) + "=" + std::to_string(row.file) + ":" +
            (row.is_end ? "end" : std::to_string(row.line)) + " ";
    return true;
  });
  return rows;
}

std::string path_of(const std::string& text, uint64_t file, const Strings& strings = {}) {
  const auto parsed = LineUnit::parse(text);
  return parsed ? short_path(file_path(*parsed, file, strings)) : "damaged";
}

TEST(LineUnit, TheProgramMakesRows) {
  // A row; line 1 + 200 and 4 bytes on; a special opcode: 1 byte and 1 line.
  const std::string program = set_address(1000) + bytes({1}) + bytes({2, 4, 3, 0xc8, 0x01, 1}) +
                              bytes({13 + 14 + 6}) + bytes({4, 2, 8, 1}) + bytes({9, 0, 1, 1}) +
                              kEnd + set_address(50) + bytes({3, 0x7f, 1, 2, 1}) + kEnd;
  const std::string rows =
      "1000=1:1 1004=1:201 1005=1:202 1022=2:202 1278=2:202 1278=2:end 50=1:0 51=1:end ";
  for (uint16_t version = 2; version <= 5; version++)
    for (const bool is_64_bit : {false, true})
      EXPECT_EQ(rows_of(unit({version, is_64_bit, "\0\0"s, program})), rows) << version;
  EXPECT_EQ(rows_of(unit({.version = 1, .program = program})), "damaged");
  EXPECT_EQ(rows_of(unit({.version = 6, .program = program})), "damaged");
}

TEST(LineUnit, WhatIsUnknownIsPassed) {
  // Two standard opcodes of the future, 13 and 14, an extended one, a column, a prologue's end.
  const std::string program = set_address(16) + bytes({13, 0x80, 1, 5, 14}) +
                              bytes({0, 4, 0x80, 1, 2, 3}) + bytes({5, 7, 10, 6, 7, 11, 12, 1}) +
                              bytes({1}) + kEnd;
  const std::string text = unit({.program = program, .operands = kOperands + bytes({2, 0})});
  EXPECT_EQ(rows_of(text), "16=1:1 16=1:end ");
}

TEST(LineUnit, ADamagedProgramEnds) {
  const std::string program = set_address(1000) + bytes({1, 2, 4, 1}) + kEnd;
  const std::string text = unit({.program = program});
  for (size_t size = 0; size < text.size(); size++) {
    const std::string rows = rows_of(text.substr(0, size));
    EXPECT_TRUE(rows == "damaged" || rows_of(text).starts_with(rows)) << size << ": " << rows;
  }
  EXPECT_EQ(rows_of(unit({.program = bytes({2}) + std::string(100, '\x80')})), "");
}

TEST(LineUnit, FilesBeforeDwarf5) {
  const std::string tables = "net/ipv4\0/src/linux/include/linux\0\0"s + "tcp.c\0\1\0\0"s +
                             "main.c\0\0\0\0"s + "skbuff.h\0\2\0\0"s + "lost.c\0\5\0\0"s + "\0"s;
  const std::string text = unit({.tables = tables});
  EXPECT_EQ(path_of(text, 1), "net/ipv4/tcp.c");
  EXPECT_EQ(path_of(text, 2), "main.c");
  EXPECT_EQ(path_of(text, 3), "include/linux/skbuff.h");
  for (const uint64_t file : {0, 4, 5, 1000}) EXPECT_EQ(path_of(text, file), "") << file;
}

// Names in all forms, with the times, sizes and sums that a compiler may add.
TEST(LineUnit, FilesOfDwarf5) {
  const std::string folders = bytes({1, 1, 0x08, 2}) + "/src\0net/core\0"s;
  const std::string files = bytes({4, 1, 0x1f, 2, 0x0b, 5, 0x1e, 3, 0x0f, 2}) + number(7u) +
                            bytes({1}) + std::string(16, 'm') + bytes({0x80, 1}) + number(9u) +
                            bytes({0}) + std::string(16, 'm') + bytes({0});
  const Strings strings = {[](uint64_t offset) { return offset == 7 ? "dev.c" : "/src/main.c"; },
                           [](uint64_t offset) { return "all" + std::to_string(offset); }};
  const std::string text = unit({.version = 5, .tables = folders + files});
  EXPECT_EQ(path_of(text, 0, strings), "net/core/dev.c");
  EXPECT_EQ(path_of(text, 1, strings), "main.c");
  EXPECT_EQ(path_of(text, 2, strings), "");
  const std::string others = bytes({6, 1, 0x0e, 2, 0x05, 9, 0x06, 9, 0x07, 9, 0x09, 9, 0x08, 1}) +
                             number(3u) + bytes({0, 0}) + number(0u) + number(uint64_t{0}) +
                             bytes({2, 1, 1}) + "x\0"s;
  EXPECT_EQ(path_of(unit({.version = 5, .tables = folders + others}), 0, strings), "all3");
  const std::string unknown = bytes({1, 1, 0x55, 1}) + number(3u);
  EXPECT_EQ(path_of(unit({.version = 5, .tables = folders + unknown}), 0, strings), "");
  // More files than bytes.
  const std::string many = bytes({1, 1, 0x08, 0xff, 0xff, 1});
  EXPECT_EQ(path_of(unit({.version = 5, .tables = folders + many}), 0, strings), "");
}

TEST(LineUnit, LengthsOfBothForms) {
  EXPECT_EQ(unit_bytes(number(10u)), 14u);
  EXPECT_EQ(unit_bytes(number(0xffffffffu) + number(uint64_t{10})), 22u);
  EXPECT_EQ(unit_bytes(number(0xffffffffu) + number(~uint64_t{0})), 0u);
  EXPECT_EQ(unit_bytes("abc"), 0u);
}

TEST(SourcePath, BeginsAtTheRootOfTheSources) {
  const auto shortened = [](std::string path, std::string root = {}, std::string compiled_in = {}) {
    return short_path({std::move(path), std::move(root), std::move(compiled_in)});
  };
  EXPECT_EQ(shortened("net/ipv4/tcp.c"), "net/ipv4/tcp.c");
  EXPECT_EQ(shortened("./include/linux/skbuff.h"), "include/linux/skbuff.h");
  EXPECT_EQ(shortened("../../linux/../net//ipv4/./tcp.c"), "net/ipv4/tcp.c");
  EXPECT_EQ(shortened("/b/linux-6.1/net/ipv4/tcp.c", "/b/linux-6.1"), "net/ipv4/tcp.c");
  EXPECT_EQ(shortened("/b/linux-6.1/obj/../net/ipv4/tcp.c", "/b/linux-6.1", "/b/linux-6.1/obj"),
            "net/ipv4/tcp.c");
  EXPECT_EQ(shortened("/b/linux/net/ipv4/tcp.c", "", "/b/linux/"), "net/ipv4/tcp.c");
  EXPECT_EQ(shortened("/usr/src/mine/mine.c", "/b/linux", "/c"), "/usr/src/mine/mine.c");
  EXPECT_EQ(shortened("/b/linux-6.1/net/x.c", "/b/linux"), "/b/linux-6.1/net/x.c");
  EXPECT_EQ(shortened("/mine.c", "/", "/"), "/mine.c");
}

}  // namespace
}  // namespace pwru::kernel::dwarf
