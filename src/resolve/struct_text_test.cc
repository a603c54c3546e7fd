// SPDX-License-Identifier: Apache-2.0
#include "resolve/struct_text.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "kernel/btf/btf_builder_for_test.h"

namespace pwru::resolve {
namespace {

using kernel::BtfBuilder;

constexpr uint32_t kSigned = BTF_INT_SIGNED << 24;

std::unique_ptr<kernel::Btf> parse(const BtfBuilder& types) {
  auto btf = kernel::Btf::parse(types.bytes(), nullptr);
  EXPECT_TRUE(btf) << btf.error().what;
  return btf ? std::move(*btf) : nullptr;
}

std::string format(const BtfBuilder& types, uint32_t id, std::span<const std::byte> bytes) {
  auto text = StructText::create(*parse(types), id);
  EXPECT_TRUE(text) << text.error().what;
  return text ? std::string(text->format(bytes)) : "";
}

std::string format(const BtfBuilder& types, uint32_t id, std::string_view bytes) {
  return format(types, id, std::as_bytes(std::span(bytes)));
}

template <class T>
std::string format_value(const BtfBuilder& types, uint32_t id, const T& value) {
  return format(types, id, std::as_bytes(std::span(&value, 1)));
}

struct Packet {
  uint32_t len;
  uint32_t mark;
  uint64_t next;  // a pointer
};

// The BTF of Packet, called "packet".
BtfBuilder packet_types() {
  BtfBuilder types;
  const uint32_t u32 = types.integer("u32", 4);
  const uint32_t id = u32 + 1;  // of the struct itself
  EXPECT_EQ(types.record(BTF_KIND_STRUCT, "packet", sizeof(Packet),
                         {{"len", u32, 0}, {"mark", u32, 32}, {"next", id + 1, 64}}),
            id);
  EXPECT_EQ(types.pointer(id), id + 1);
  return types;
}

std::string format(StructText& text, const Packet& packet) {
  return std::string(text.format(std::as_bytes(std::span(&packet, 1))));
}

TEST(StructText, EveryMemberAlsoZeros) {
  auto text = StructText::create(*parse(packet_types()), "packet");
  ASSERT_TRUE(text) << text.error().what;
  EXPECT_EQ(format(*text, {60, 0, 0xffff888012345678}),
            "(struct packet){\n"
            "\t.len = (u32)60,\n"
            "\t.mark = (u32)0,\n"
            "\t.next = (struct packet *)0xffff888012345678,\n"
            "}");
  EXPECT_EQ(format(*text, {0, 7, 0}),
            "(struct packet){\n"
            "\t.len = (u32)0,\n"
            "\t.mark = (u32)7,\n"
            "\t.next = (struct packet *)0x0,\n"
            "}");
}

TEST(StructText, SaysWhatWasNotCaptured) {
  auto text = StructText::create(*parse(packet_types()), "packet");
  ASSERT_TRUE(text);
  const std::array<std::byte, 6> bytes = {std::byte{1}, {}, {}, {}, std::byte{1}, {}};
  EXPECT_EQ(text->format(bytes),
            "(struct packet){\n"
            "\t.len = (u32)1,\n"
            "\t.mark = (u32)not captured,\n"
            "\t.next = (struct packet *)not captured,\n"
            "}");
  EXPECT_EQ(text->format({}), "(struct packet)not captured");
}

// What libbpf 1.1 drops: a nested struct or union whose first member is 0.
TEST(StructText, NestedAnonymousMembersThatBeginWithZero) {
  BtfBuilder types;
  const uint32_t u16 = types.integer("__u16", 2);
  const uint32_t u32 = types.integer("unsigned int", 4);
  const uint32_t halves =
      types.record(BTF_KIND_STRUCT, "", 4, {{"start", u16, 0}, {"offset", u16, 16}});
  const uint32_t csum = types.record(BTF_KIND_UNION, "", 4, {{"csum", u32, 0}, {"", halves, 0}});
  const uint32_t named = types.record(BTF_KIND_STRUCT, "pair", 4, {{"a", u16, 0}, {"b", u16, 16}});
  const uint32_t all = types.record(BTF_KIND_STRUCT, "all", 8, {{"", csum, 0}, {"p", named, 32}});
  const std::array<uint16_t, 4> bytes = {0, 7, 0, 9};
  EXPECT_EQ(format_value(types, all, bytes),
            "(struct all){\n"
            "\t(union){\n"
            "\t\t.csum = (unsigned int)458752,\n"
            "\t\t(struct){\n"
            "\t\t\t.start = (__u16)0,\n"
            "\t\t\t.offset = (__u16)7,\n"
            "\t\t},\n"
            "\t},\n"
            "\t.p = (struct pair){\n"
            "\t\t.a = (__u16)0,\n"
            "\t\t.b = (__u16)9,\n"
            "\t},\n"
            "}");
}

// With the width in the member (kind_flag): across bytes, signed, enums, 64 bits in nine bytes.
TEST(StructText, BitFields) {
  BtfBuilder types;
  const uint32_t u8 = types.integer("__u8", 1);
  const uint32_t u64 = types.integer("u64", 8);
  const uint32_t s32 = types.add(BTF_KIND_INT, "int", 4, {kSigned | 32});
  const uint32_t color = types.enumeration("color", {{"RED", 0}, {"BLUE", 5}});
  const auto at = [](uint32_t offset, uint32_t bits) { return bits << 24 | offset; };
  const uint32_t id = types.record(BTF_KIND_STRUCT, "bits", 16,
                                   {{"one", u8, at(0, 1)},
                                    {"two", u8, at(1, 2)},
                                    {"minus", s32, at(3, 7)},
                                    {"color", color, at(10, 3)},
                                    {"odd", color, at(13, 2)},
                                    {"wide", u64, at(15, 64)},
                                    {"last", u8, at(79, 1)},
                                    {"whole", s32, at(96, 0)}},
                                   true);
  unsigned __int128 word = 0;
  const auto put = [&](unsigned offset, unsigned __int128 value) { word |= value << offset; };
  put(0, 1), put(1, 2), put(3, 0x7f & -3), put(10, 5), put(13, 3), put(15, 0xfedcba9876543210);
  put(79, 1), put(96, uint32_t(-9));
  EXPECT_EQ(format_value(types, id, word),
            "(struct bits){\n"
            "\t.one = (__u8)0x1,\n"
            "\t.two = (__u8)0x2,\n"
            "\t.minus = (int)-3,\n"
            "\t.color = (enum color)BLUE,\n"
            "\t.odd = (enum color)0x3,\n"
            "\t.wide = (u64)0xfedcba9876543210,\n"
            "\t.last = (__u8)0x1,\n"
            "\t.whole = (int)-9,\n"
            "}");
}

// Before pahole 1.12 the width and the place were the type's.
TEST(StructText, BitFieldsByTheirType) {
  BtfBuilder types;
  const uint32_t low = types.add(BTF_KIND_INT, "unsigned int", 4, {3});
  const uint32_t high = types.add(BTF_KIND_INT, "unsigned int", 4, {3u << 16 | 12});
  const uint32_t id =
      types.record(BTF_KIND_STRUCT, "bits", 4, {{"low", low, 0}, {"high", high, 0}});
  EXPECT_EQ(format_value(types, id, uint32_t{0x5abc << 3 | 5}),
            "(struct bits){\n\t.low = (unsigned int)0x5,\n\t.high = (unsigned int)0xabc,\n}");
}

TEST(StructText, EnumsByName) {
  BtfBuilder types;
  const uint32_t plain = types.enumeration("plain", {{"A", 1}, {"TOP", 0x80000000}});
  const uint32_t level = types.enumeration("level", {{"LOW", uint32_t(-3)}, {"HIGH", 7}});
  const uint32_t small = types.add(BTF_KIND_ENUM, "small", 1,
                                   {types.string("NONE"), uint32_t(-1), types.string("X"), 1}, 2);
  const uint32_t wide = types.add(BTF_KIND_ENUM64, "wide", 8,
                                  {types.string("W"), 1, 0, types.string("FAR"), 1, 0x80000000}, 2);
  const uint32_t wide_signed = types.add(
      BTF_KIND_ENUM64, "ws", 8, {types.string("M"), uint32_t(-1), uint32_t(-1)}, 1u << 31 | 1);
  const uint32_t alias = types.add(BTF_KIND_TYPEDEF, "plain_t", plain);
  EXPECT_EQ(format_value(types, plain, 0x80000000u), "(enum plain)TOP");
  EXPECT_EQ(format_value(types, plain, 3000000000u), "(enum plain)3000000000");
  EXPECT_EQ(format_value(types, alias, 1), "(plain_t)A");
  EXPECT_EQ(format_value(types, level, -3), "(enum level)LOW");
  EXPECT_EQ(format_value(types, level, -4), "(enum level)-4");
  EXPECT_EQ(format_value(types, small, '\xff'), "(enum small)NONE");
  EXPECT_EQ(format_value(types, wide, 0x8000000000000001), "(enum wide)FAR");
  EXPECT_EQ(format_value(types, wide, uint64_t{1} << 32 | 1), "(enum wide)4294967297");
  EXPECT_EQ(format_value(types, wide_signed, int64_t{-1}), "(enum ws)M");
  EXPECT_EQ(format_value(types, wide_signed, int64_t{-2}), "(enum ws)-2");
}

TEST(StructText, ScalarsOfEverySize) {
  BtfBuilder types;
  const uint32_t s8 = types.add(BTF_KIND_INT, "signed char", 1, {kSigned | 8});
  const uint32_t s64 = types.add(BTF_KIND_INT, "long int", 8, {kSigned | 64});
  const uint32_t boolean = types.add(BTF_KIND_INT, "_Bool", 1, {BTF_INT_BOOL << 24 | 8});
  const uint32_t wide = types.add(BTF_KIND_INT, "__int128", 16, {kSigned | 128});
  const uint32_t real = types.add(BTF_KIND_FLOAT, "double", 8);
  const uint32_t single = types.add(BTF_KIND_FLOAT, "float", 4);
  EXPECT_EQ(format_value(types, s8, int8_t{-128}), "(signed char)-128");
  EXPECT_EQ(format_value(types, s64, INT64_MIN), "(long int)-9223372036854775808");
  EXPECT_EQ(format_value(types, boolean, true), "(_Bool)1");
  const unsigned __int128 big = static_cast<unsigned __int128>(0xab) << 64 | 0xcd;
  EXPECT_EQ(format_value(types, wide, big), "(__int128)0xab00000000000000cd");
  EXPECT_EQ(format_value(types, real, 0.25), "(double)0.25");
  EXPECT_EQ(format_value(types, single, -1.5f), "(float)-1.5");
}

TEST(StructText, Arrays) {
  BtfBuilder types;
  const uint32_t u32 = types.integer("u32", 4);
  const uint32_t point = types.record(BTF_KIND_STRUCT, "point", 8, {{"x", u32, 0}, {"y", u32, 32}});
  const uint32_t row = types.array(u32, u32, 2);
  const uint32_t grid = types.array(row, u32, 2);
  const uint32_t points = types.array(point, u32, 2);
  const std::array<uint32_t, 4> numbers = {0, 1, 2, 0};
  EXPECT_EQ(format_value(types, grid, numbers),
            "(u32[2][2])[\n\t[\n\t\t0,\n\t\t1,\n\t],\n\t[\n\t\t2,\n\t\t0,\n\t],\n]");
  EXPECT_EQ(format_value(types, points, numbers),
            "(struct point[2])[\n"
            "\t{\n\t\t.x = 0,\n\t\t.y = 1,\n\t},\n"
            "\t{\n\t\t.x = 2,\n\t\t.y = 0,\n\t},\n"
            "]");
  EXPECT_EQ(format(types, row, std::string_view("\1\0\0\0\2", 5)),
            "(u32[2])[\n\t1,\n\tnot captured,\n]");
  EXPECT_EQ(format(types, row, std::string_view("\1\0\0\0", 4)),
            "(u32[2])[\n\t1,\n\t… 1 more, not captured\n]");
  const uint32_t many = types.array(u32, u32, 1000);
  EXPECT_EQ(format(types, many, "\7" + std::string(3999, '\0')),
            "(u32[1000])[\n\t7,\n\t… 999 more, all 0\n]");
}

TEST(StructText, ArraysOfCharactersAreTextOrNumbers) {
  BtfBuilder types;
  const uint32_t character = types.add(BTF_KIND_INT, "char", 1, {kSigned | 8});
  const uint32_t byte = types.integer("unsigned char", 1);
  const uint32_t name = types.array(character, byte, 4);
  const uint32_t mac = types.array(byte, byte, 2);
  EXPECT_EQ(format(types, name, std::string_view("lo\0", 4)), "(char[4])\"lo\"");
  EXPECT_EQ(format(types, name, std::string_view("\0\0\0", 4)), "(char[4])\"\"");
  EXPECT_EQ(format(types, name, std::string_view("\"\\a", 4)), "(char[4])\"\\\"\\\\a\"");
  EXPECT_EQ(format(types, name, "eth0"), "(char[4])[\n\t101,\n\t116,\n\t104,\n\t48,\n]");
  EXPECT_EQ(format(types, name, std::string_view("\033[m", 4)),
            "(char[4])[\n\t27,\n\t91,\n\t109,\n\t0,\n]");
  EXPECT_EQ(format(types, name, std::string_view("a\0b", 4)),
            "(char[4])[\n\t97,\n\t0,\n\t98,\n\t0,\n]");
  EXPECT_EQ(format(types, mac, "lo"), "(unsigned char[2])[\n\t108,\n\t111,\n]");
}

TEST(StructText, AnArrayOfNoLengthHasWhatIsThere) {
  BtfBuilder types;
  const uint32_t u16 = types.integer("u16", 2);
  const uint32_t open = types.array(u16, u16, 0);
  const uint32_t id = types.record(BTF_KIND_STRUCT, "list", 2,
                                   {{"mark", open, 0}, {"n", u16, 0}, {"all", open, 16}});
  EXPECT_EQ(format(types, id, std::string_view("\1\0", 2)),
            "(struct list){\n\t.mark = (u16[0])[],\n\t.n = (u16)1,\n\t.all = (u16[0])[],\n}");
  EXPECT_EQ(format(types, id, std::string_view("\1\0\2\0\3\0\4", 7)),
            "(struct list){\n\t.mark = (u16[0])[],\n\t.n = (u16)1,\n"
            "\t.all = (u16[0])[\n\t\t2,\n\t\t3,\n\t],\n}");
}

TEST(StructText, CastsAreCs) {
  BtfBuilder types;
  const uint32_t u32 = types.integer("int", 4);
  const uint32_t fwd = types.add(BTF_KIND_FWD, "sock", 0);
  const uint32_t constant = types.add(BTF_KIND_CONST, "", fwd);
  const uint32_t tag = types.add(BTF_KIND_TYPE_TAG, "rcu", constant);
  const uint32_t pointer = types.pointer(tag);
  const uint32_t function = types.prototype({pointer, u32, 0}, u32);
  const uint32_t callback = types.add(BTF_KIND_VOLATILE, "", types.pointer(function));
  const uint32_t table = types.array(types.pointer(function), u32, 1);
  const uint32_t of_array = types.pointer(types.array(u32, u32, 3));
  const uint32_t nothing = types.pointer(types.prototype({}));
  const uint64_t value = 0x10;
  EXPECT_EQ(format_value(types, pointer, value), "(struct sock *)0x10");
  EXPECT_EQ(format_value(types, types.pointer(pointer), value), "(struct sock **)0x10");
  EXPECT_EQ(format_value(types, callback, value), "(int (*)(struct sock *, int, ...))0x10");
  EXPECT_EQ(format_value(types, table, value),
            "(int (*[1])(struct sock *, int, ...))[\n\t0x10,\n]");
  EXPECT_EQ(format_value(types, of_array, value), "(int (*)[3])0x10");
  EXPECT_EQ(format_value(types, nothing, value), "(void (*)(void))0x10");
  EXPECT_EQ(format_value(types, types.pointer(0), value), "(void *)0x10");
}

TEST(StructText, ASectionOfVariables) {
  BtfBuilder types;
  const uint32_t u32 = types.integer("u32", 4);
  const uint32_t variable = types.add(BTF_KIND_VAR, "count", u32, {BTF_VAR_GLOBAL_ALLOCATED});
  const uint32_t id = types.add(BTF_KIND_DATASEC, ".bss", 8, {variable, 4, 4}, 1);
  EXPECT_EQ(format_value(types, id, uint64_t{5} << 32), "(.bss){\n\t.count = (u32)5,\n}");
}

TEST(StructText, NamesAreEscaped) {
  BtfBuilder types;
  const uint32_t u32 = types.integer("u\033[31m", 4);
  const uint32_t id = types.record(BTF_KIND_STRUCT, "s\n", 4, {{"\x9b", u32, 0}});
  const auto btf = kernel::Btf::parse(types.bytes(), nullptr, kernel::Btf::Origin::Kernel);
  ASSERT_TRUE(btf) << btf.error().what;
  auto text = StructText::create(**btf, id);
  ASSERT_TRUE(text);
  const uint32_t one = 1;
  EXPECT_EQ(text->format(std::as_bytes(std::span(&one, 1))),
            "(struct s\\x0a){\n\t.\\x9b = (u\\x1b[31m)1,\n}");
}

TEST(StructText, EndlessUnionsAreCut) {
  BtfBuilder types;
  uint32_t inner = types.integer("char", 1);
  for (int depth = 0; depth < 12; depth++)
    inner = types.record(BTF_KIND_UNION, "", 1, {{"", inner, 0}, {"", inner, 0}});
  const uint32_t array = types.array(inner, inner, 100);
  const std::string text = format(types, array, std::string(100, 'x'));
  EXPECT_LT(text.size(), size_t{2} << 20);
  EXPECT_NE(text.find("… cut: longer than 1 MiB"), std::string::npos);
}

struct Control {
  char cb[8];
  uint32_t frags[4];
};

// The BTF of Control, called "control".
BtfBuilder control_types() {
  BtfBuilder types;
  const uint32_t u32 = types.integer("unsigned int", 4);
  const uint32_t byte = types.integer("char", 1);
  types.record(BTF_KIND_STRUCT, "control", sizeof(Control),
               {{"cb", types.array(byte, u32, 8), 0}, {"frags", types.array(u32, u32, 4), 64}});
  return types;
}

// Bytes that are no text are not cut at the first 0.
TEST(StructText, BytesAreShownWhole) {
  auto text = StructText::create(*parse(control_types()), "control");
  ASSERT_TRUE(text) << text.error().what;
  const Control control = {{0, 0, 0, 0, 'a', 0, 0, 1}, {}};
  const auto result = text->format(std::as_bytes(std::span(&control, 1)));
  EXPECT_NE(result.find(".cb = (unsigned int[2])[\n\t\t0,\n\t\t16777313,\n\t],"),
            std::string_view::npos)
      << result;
}

TEST(StructText, ArraysMayBeShownInPart) {
  auto text = StructText::create(*parse(control_types()), "control");
  ASSERT_TRUE(text);
  const Control control = {{}, {11, 22, 33, 44}};
  const auto shown = [&](uint32_t length) {
    text->set_array_length("frags", length);
    return std::string(text->format(std::as_bytes(std::span(&control, 1))));
  };
  EXPECT_NE(shown(0).find(".frags = (unsigned int[4])[],"), std::string::npos) << shown(0);
  EXPECT_NE(shown(2).find("22"), std::string::npos);
  EXPECT_EQ(shown(2).find("33"), std::string::npos);
  EXPECT_NE(shown(200).find("44"), std::string::npos);
  text->set_array_length("no such member", 1);
}

TEST(StructText, NoSuchStruct) {
  const auto text = StructText::create(*parse(packet_types()), "sk_buff");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().what, "print struct sk_buff: the kernel's BTF does not have it");
  EXPECT_EQ(text.error().exit, ExitCode::NotSupported);
}

}  // namespace
}  // namespace pwru::resolve
