// SPDX-License-Identifier: Apache-2.0
#include "output/struct_text.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "kernel/btf_builder_for_test.h"

namespace pwru::output {
namespace {

struct Packet {
  uint32_t len;
  uint32_t mark;
  uint64_t next;  // a pointer
};

// The BTF of Packet, called "packet".
std::string packet_btf() {
  kernel::BtfBuilder types;
  const uint32_t u32 = types.integer("u32", 4);
  const uint32_t id = u32 + 1;  // of the struct itself
  const std::vector<uint32_t> members = {
      types.string("len"),  u32,    0,   // name, type, offset in bits
      types.string("mark"), u32,    32,  //
      types.string("next"), id + 1, 64};
  EXPECT_EQ(types.add(BTF_KIND_STRUCT, "packet", sizeof(Packet), members, 3), id);
  EXPECT_EQ(types.pointer(id), id + 1);
  return types.bytes();
}

std::string format(StructText& text, const Packet& packet) {
  const auto result = text.format(std::as_bytes(std::span(&packet, 1)));
  EXPECT_TRUE(result) << result.error().what;
  return result ? std::string(*result) : "";
}

TEST(StructText, FieldsThatAreNotZero) {
  auto text = StructText::create(packet_btf(), "packet");
  ASSERT_TRUE(text) << text.error().what;
  EXPECT_EQ(format(*text, {60, 0, 0xffff888012345678}),
            "(struct packet){\n"
            "\t.len = (u32)60,\n"
            "\t.next = (struct packet *)0xffff888012345678,\n"
            "}");
  EXPECT_EQ(format(*text, {0, 7, 0}), "(struct packet){\n\t.mark = (u32)7,\n}");
  EXPECT_EQ(format(*text, {0, 7, 0}), "(struct packet){\n\t.mark = (u32)7,\n}");
}

TEST(StructText, TooFewBytes) {
  auto text = StructText::create(packet_btf(), "packet");
  ASSERT_TRUE(text);
  const std::array<std::byte, 6> bytes = {std::byte{1}, {}, {}, {}, std::byte{1}, {}};
  const auto result = text->format(bytes);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().what.find("print a struct"), std::string::npos);
}

struct Control {
  char cb[8];
  uint32_t frags[4];
};

// The BTF of Control, called "control".
std::string control_btf() {
  kernel::BtfBuilder types;
  const uint32_t u32 = types.integer("unsigned int", 4);
  const uint32_t byte = types.integer("char", 1);
  const uint32_t cb = types.array(byte, u32, 8);
  const uint32_t frags = types.array(u32, u32, 4);
  const std::vector<uint32_t> members = {types.string("cb"),    cb,    0,  //
                                         types.string("frags"), frags, 64};
  types.add(BTF_KIND_STRUCT, "control", sizeof(Control), members, 2);
  return types.bytes();
}

// Bytes that are no text are not cut at the first 0.
TEST(StructText, BytesAreShownWhole) {
  auto text = StructText::create(control_btf(), "control");
  ASSERT_TRUE(text) << text.error().what;
  const Control control = {{0, 0, 0, 0, 'a', 0, 0, 1}, {}};
  const auto result = text->format(std::as_bytes(std::span(&control, 1)));
  ASSERT_TRUE(result);
  EXPECT_NE(result->find("16777313"), std::string::npos) << *result;  // 0x01000061
}

TEST(StructText, ArraysMayBeShownInPart) {
  auto text = StructText::create(control_btf(), "control");
  ASSERT_TRUE(text);
  const Control control = {{}, {11, 22, 33, 44}};
  const auto shown = [&](uint32_t length) {
    text->set_array_length("frags", length);
    const auto result = text->format(std::as_bytes(std::span(&control, 1)));
    EXPECT_TRUE(result);
    return std::string(*result);
  };
  EXPECT_EQ(shown(0).find("frags"), std::string::npos);
  EXPECT_NE(shown(2).find("22"), std::string::npos);
  EXPECT_EQ(shown(2).find("33"), std::string::npos);
  EXPECT_NE(shown(200).find("44"), std::string::npos);
  text->set_array_length("no such member", 1);
}

TEST(StructText, NoSuchStruct) {
  const auto text = StructText::create(packet_btf(), "sk_buff");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().what, "print struct sk_buff: the kernel's BTF does not have it");
  EXPECT_EQ(text.error().exit, ExitCode::NotSupported);
}

TEST(StructText, NoBtf) {
  EXPECT_FALSE(StructText::create("", "sk_buff"));
  EXPECT_FALSE(StructText::create("no BTF at all", "sk_buff"));
}

}  // namespace
}  // namespace pwru::output
