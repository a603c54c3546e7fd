// SPDX-License-Identifier: Apache-2.0
#include "resolve/shared_info_text.h"

#include <gtest/gtest.h>

#include <array>

#include "kernel/btf/btf_builder_for_test.h"

namespace pwru::resolve {
namespace {

struct SharedInfo {
  uint8_t nr_frags;
  uint32_t gso_type;
  uint32_t frags[4];
};

std::unique_ptr<kernel::Btf> shared_info_btf(bool has_enum = true) {
  kernel::BtfBuilder types;
  const uint32_t u32 = types.integer("unsigned int", 4);
  const uint32_t u8 = types.integer("unsigned char", 1);
  const uint32_t frags = types.array(u32, u32, 4);
  types.enumeration("", {{"OTHER", 1}});
  if (has_enum)
    types.enumeration("", {{"SKB_GSO_TCPV4", 1}, {"SKB_GSO_DODGY", 2}, {"SKB_GSO_TCPV6", 16}});
  const std::vector<uint32_t> members = {types.string("nr_frags"), u8,    0,   //
                                         types.string("gso_type"), u32,   32,  //
                                         types.string("frags"),    frags, 64};
  types.add(BTF_KIND_STRUCT, "skb_shared_info", sizeof(SharedInfo), members, 3);
  auto btf = kernel::Btf::parse(types.bytes(), nullptr);
  EXPECT_TRUE(btf);
  return std::move(*btf);
}

std::string format(const SharedInfo& info, bool has_enum = true) {
  auto text = SharedInfoText::create(*shared_info_btf(has_enum));
  EXPECT_TRUE(text) << text.error().what;
  return std::string(text->format(std::as_bytes(std::span(&info, 1))));
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(SharedInfoText, OnlyTheFragmentsInUse) {
  const std::string text = format({2, 0, {11, 22, 33, 44}});
  EXPECT_TRUE(has(text, "11") && has(text, "22")) << text;
  EXPECT_FALSE(has(text, "33") || has(text, "44")) << text;
  EXPECT_TRUE(has(format({0, 0, {11, 22, 33, 44}}), ".frags = (unsigned int[4])[],"));
  EXPECT_TRUE(has(format({255, 0, {11, 22, 33, 44}}), "44"));  // never more than there are
}

TEST(SharedInfoText, TheBitsOfGsoTypeHaveNames) {
  EXPECT_TRUE(
      has(format({0, 17, {}}), ".gso_type = (unsigned int)17 SKB_GSO_TCPV4|SKB_GSO_TCPV6,"));
  EXPECT_TRUE(has(format({0, 64, {}}), ".gso_type = (unsigned int)64,"));
  EXPECT_TRUE(has(format({0, 1, {}}, false), ".gso_type = (unsigned int)1,"));
  EXPECT_TRUE(has(format({1, 0, {7}}), ".gso_type = (unsigned int)0,"));
}

TEST(SharedInfoText, TooFewBytes) {
  auto text = SharedInfoText::create(*shared_info_btf());
  ASSERT_TRUE(text);
  EXPECT_EQ(text->format({}), "(struct skb_shared_info)not captured");
  const std::array<std::byte, 2> bytes = {std::byte{2}, {}};
  EXPECT_TRUE(has(std::string(text->format(bytes)), ".gso_type = (unsigned int)not captured,"));
}

}  // namespace
}  // namespace pwru::resolve
