// SPDX-License-Identifier: Apache-2.0
#include "kernel/btf/btf_check.h"

#include <gtest/gtest.h>

#include "kernel/btf/btf_builder_for_test.h"

namespace pwru::kernel {
namespace {

constexpr uint32_t at_bits(uint32_t offset, uint32_t bits) { return bits << 24 | offset; }

std::string error_of(const BtfBuilder& types) {
  const auto btf = Btf::parse(types.bytes(), nullptr);
  return btf ? "" : btf.error().what;
}

// The error about one type that follows an int (id 1) of 32 bits.
std::string error_of_second(uint32_t kind, uint32_t size_or_type,
                            const std::vector<uint32_t>& trailing = {}, uint32_t vlen = 0) {
  BtfBuilder types;
  types.integer("int", 4);
  types.add(kind, "", size_or_type, trailing, vlen);
  return error_of(types);
}

std::string error_of_member(uint32_t kind, uint32_t bytes, const BtfBuilder::Member& member,
                            bool kind_flag) {
  BtfBuilder types;
  types.integer("int", 4);
  types.record(kind, "s", bytes, {member}, kind_flag);
  return error_of(types);
}

TEST(BtfCheck, NothingContainsItself) {
  const std::string itself = "parse BTF: type 2 contains itself";
  for (const uint32_t kind :
       {BTF_KIND_TYPEDEF, BTF_KIND_CONST, BTF_KIND_VOLATILE, BTF_KIND_RESTRICT, BTF_KIND_TYPE_TAG})
    EXPECT_EQ(error_of_second(kind, 2), itself) << kind;
  EXPECT_EQ(error_of_second(BTF_KIND_ARRAY, 0, {2, 1, 1}), itself);
  EXPECT_EQ(error_of_second(BTF_KIND_ARRAY, 0, {3, 1, 0}),
            "parse BTF: type 3 is referred to and does not exist");
  EXPECT_EQ(error_of_second(BTF_KIND_STRUCT, 4, {0, 2, 0}, 1), itself);
  EXPECT_EQ(error_of_second(BTF_KIND_UNION, 4, {0, 2, 0}, 1), itself);

  BtfBuilder through;  // a struct of an array of a typedef of the struct
  through.integer("int", 4);
  through.add(BTF_KIND_STRUCT, "s", 4, {0, 4, 0}, 1);
  through.add(BTF_KIND_TYPEDEF, "t", 2);
  through.array(3, 1, 1);
  EXPECT_EQ(error_of(through), itself);
}

TEST(BtfCheck, APointerLeadsToAnEnd) {
  EXPECT_EQ(error_of_second(BTF_KIND_PTR, 2),
            "parse BTF: type 2 is a pointer that leads to no end");
  BtfBuilder through;
  through.add(BTF_KIND_TYPEDEF, "t", 2);
  through.pointer(1);
  EXPECT_EQ(error_of(through), "parse BTF: type 2 is a pointer that leads to no end");
  BtfBuilder list;
  list.add(BTF_KIND_STRUCT, "list", 8, {0, 2, 0}, 1);
  list.pointer(1);
  EXPECT_EQ(error_of(list), "");
  BtfBuilder stars;
  for (uint32_t n = 0; n < 100; n++) stars.pointer(n);
  EXPECT_EQ(error_of(stars), "parse BTF: type 65 is a pointer that leads to no end");
}

TEST(BtfCheck, NothingIsNestedTooDeeply) {
  BtfBuilder structs;  // each inside the next, and inside the one before it
  for (uint32_t n = 0; n < 1000; n++) structs.record(BTF_KIND_STRUCT, "", 0, {{"s", n + 2, 0}});
  structs.structure("", 0);
  EXPECT_NE(error_of(structs).find("is nested too deeply"), std::string::npos);
  BtfBuilder arrays;
  uint32_t inner = arrays.integer("char", 1);
  for (uint32_t n = 0; n < 1000; n++) inner = arrays.array(inner, 1, 1);
  EXPECT_NE(error_of(arrays).find("is nested too deeply"), std::string::npos);
  BtfBuilder typedefs;
  inner = typedefs.integer("char", 1);
  for (uint32_t n = 0; n < 40; n++) inner = typedefs.add(BTF_KIND_TYPEDEF, "t", inner);
  EXPECT_NE(error_of(typedefs).find("chain of too many types"), std::string::npos);
  BtfBuilder members;
  inner = members.integer("char", 1);
  for (uint32_t n = 0; n < 30; n++)
    inner = members.record(BTF_KIND_UNION, "", 1, {{"", inner, 0}, {"", inner, 0}});
  EXPECT_NE(error_of(members).find("has too many members"), std::string::npos);
}

TEST(BtfCheck, MembersLieInsideTheirStruct) {
  const std::string past = "parse BTF: type 2 has a member that reaches past its end";
  EXPECT_EQ(error_of_member(BTF_KIND_STRUCT, 8, {"a", 1, 32}, false), "");
  EXPECT_EQ(error_of_member(BTF_KIND_STRUCT, 8, {"a", 1, 40}, false), past);
  EXPECT_EQ(error_of_member(BTF_KIND_STRUCT, 8, {"a", 1, 0xfffffff8}, false), past);
  EXPECT_EQ(error_of_member(BTF_KIND_UNION, 3, {"a", 1, 0}, false), past);
  EXPECT_EQ(error_of_member(BTF_KIND_STRUCT, 4, {"a", 1, at_bits(31, 2)}, true), past);
  EXPECT_EQ(error_of_member(BTF_KIND_STRUCT, 4, {"a", 1, at_bits(31, 1)}, true), "");
  EXPECT_EQ(error_of_member(BTF_KIND_STRUCT, 8, {"a", 1, 3}, false),
            "parse BTF: type 2 has a member that begins inside a byte");
  EXPECT_EQ(error_of_member(BTF_KIND_UNION, 8, {"a", 1, 32}, false),
            "parse BTF: type 2 is a union with a member that is not at its start");
  EXPECT_EQ(error_of_member(BTF_KIND_STRUCT, 8, {"a", 0, 0}, false),
            "parse BTF: type 2 has a member of a type that has no size");
}

TEST(BtfCheck, BitFieldsFitTheirType) {
  const std::string wide =
      "parse BTF: type 2 has a bit-field that is wider than its type or than 64 bits";
  EXPECT_EQ(error_of_member(BTF_KIND_STRUCT, 32, {"a", 1, at_bits(0, 33)}, true), wide);
  EXPECT_EQ(error_of_member(BTF_KIND_STRUCT, 32, {"a", 1, at_bits(0, 255)}, true), wide);
  BtfBuilder wider;
  wider.integer("__int128", 16);
  wider.record(BTF_KIND_STRUCT, "s", 16, {{"a", 1, at_bits(0, 65)}}, true);
  EXPECT_EQ(error_of(wider), wide);
  BtfBuilder pointer;
  pointer.pointer(0);
  pointer.record(BTF_KIND_STRUCT, "s", 16, {{"a", 1, at_bits(0, 5)}}, true);
  EXPECT_EQ(error_of(pointer), "parse BTF: type 2 has a bit-field that is no integer");
}

TEST(BtfCheck, SizesArePossible) {
  const auto has = [](const std::string& error, std::string_view part) {
    return error.find(part) != std::string::npos;
  };
  EXPECT_TRUE(has(error_of_second(BTF_KIND_INT, 3, {24}), "integer of an impossible size"));
  EXPECT_TRUE(has(error_of_second(BTF_KIND_INT, 32, {128}), "integer of an impossible size"));
  EXPECT_TRUE(has(error_of_second(BTF_KIND_INT, 4, {33}), "does not fit its bytes"));
  EXPECT_TRUE(has(error_of_second(BTF_KIND_INT, 4, {0}), "does not fit its bytes"));
  EXPECT_TRUE(has(error_of_second(BTF_KIND_INT, 4, {5u << 24 | 32}), "unknown encoding"));
  EXPECT_TRUE(has(error_of_second(BTF_KIND_ENUM, 3), "enum of an impossible size"));
  EXPECT_TRUE(has(error_of_second(BTF_KIND_ENUM64, 16), "enum of an impossible size"));
  EXPECT_TRUE(has(error_of_second(BTF_KIND_FLOAT, 1), "floating-point number"));
  EXPECT_TRUE(has(error_of_second(BTF_KIND_ARRAY, 0, {1, 1, 0x40000000}), "more than 4 GiB"));
  EXPECT_TRUE(has(error_of_second(BTF_KIND_ARRAY, 0, {0, 1, 1}), "array of something"));
  EXPECT_TRUE(has(error_of_second(BTF_KIND_FUNC, 1), "function without a prototype"));
  EXPECT_TRUE(has(error_of_second(BTF_KIND_DATASEC, 4, {1, 0, 4}, 1), "entry that is no variable"));
  EXPECT_TRUE(has(error_of_second(BTF_KIND_STRUCT, 4, {}, 1u << 20), "unknown flags"));
}

TEST(BtfCheck, NamesArePrintable) {
  for (const char* name : {"a\033[2J", "a\nb", "\x9b", "\x7f", "\xc3\xa4"}) {
    BtfBuilder types;
    types.structure(name, 4);
    EXPECT_EQ(error_of(types), "parse BTF: a name has a character that is not printable ASCII");
  }
  BtfBuilder rust;
  rust.structure("core::option::Option<&str>", 4);
  EXPECT_EQ(error_of(rust), "");
}

// Of split BTF only its own types are checked, with the sizes of the base.
TEST(BtfCheck, OfAModule) {
  BtfBuilder vmlinux;
  vmlinux.integer("int", 4);
  vmlinux.record(BTF_KIND_STRUCT, "pair", 8, {{"a", 1, 0}, {"b", 1, 32}});
  const auto base = Btf::parse(vmlinux.bytes(), nullptr);
  ASSERT_TRUE(base);
  for (const uint32_t bytes : {8, 7}) {
    BtfBuilder module(base->get(), vmlinux.string_bytes());
    module.record(BTF_KIND_STRUCT, "own", bytes, {{"p", 2, 0}});
    EXPECT_EQ(Btf::parse(module.bytes(), base->get()).has_value(), bytes == 8);
  }
  BtfBuilder loop(base->get(), vmlinux.string_bytes());
  loop.add(BTF_KIND_TYPEDEF, "t", (*base)->end_id());
  EXPECT_FALSE(Btf::parse(loop.bytes(), base->get()));
}

// Real kernels keep these rules.
TEST(BtfCheck, AcceptsThisKernel) {
  const auto btf = load_kernel_btf("");
  if (!btf) GTEST_SKIP() << btf.error().what;
  const auto checked = check_types(**btf);
  EXPECT_TRUE(checked) << checked.error().what;
}

}  // namespace
}  // namespace pwru::kernel
