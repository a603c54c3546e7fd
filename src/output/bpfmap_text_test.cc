// SPDX-License-Identifier: Apache-2.0
#include "output/bpfmap_text.h"

#include <gtest/gtest.h>

#include <array>

#include "abi/event.h"
#include "kernel/btf_builder_for_test.h"

namespace pwru::output {
namespace {

MapTypes no_types(uint32_t) { return {}; }

// Key and value are one unsigned int each.
MapTypes number_types(uint32_t) {
  kernel::BtfBuilder types;
  const uint32_t id = types.integer("u32", 4);
  const auto btf = kernel::Btf::parse(types.bytes(), nullptr);
  MapTypes result;
  for (auto* type : {&result.key, &result.value}) {
    auto text = resolve::StructText::create(**btf, id);
    EXPECT_TRUE(text);
    if (text) *type = std::move(*text);
  }
  return result;
}

constexpr std::array<std::byte, 4> kKey = {std::byte{9}};
constexpr std::array<std::byte, 18> kValue = {std::byte{'p'}, std::byte{'a'}, std::byte{0xff}};

event::BpfMapCall call(uint32_t op) {
  event::BpfMapCall result;
  result.op = op;
  result.id = 7;
  result.name = "flows";
  result.key = kKey;
  result.key_size = kKey.size();
  result.value_size = kValue.size();
  return result;
}

TEST(BpfMapText, WithoutTypesInHex) {
  BpfMapText text(no_types);
  event::BpfMapCall update = call(PWRU_MAP_UPDATE);
  update.value = kValue;
  EXPECT_EQ(text.format(update),
            "map_id: 7\n"
            "map_name: flows\n"
            "key(4):\n"
            "00000000  09 00 00 00                                       |....|\n"
            "value(18):\n"
            "00000000  70 61 ff 00 00 00 00 00  00 00 00 00 00 00 00 00  |pa..............|\n"
            "00000010  00 00                                             |..|");
}

TEST(BpfMapText, ByTheTypesOfTheMap) {
  BpfMapText text(number_types);
  event::BpfMapCall update = call(PWRU_MAP_UPDATE);
  update.value = kKey;
  update.value_size = kKey.size();
  EXPECT_EQ(text.format(update), "map_id: 7\nmap_name: flows\nkey(4): (u32)9\nvalue(4): (u32)9");
}

TEST(BpfMapText, SaysHowMuchWasCut) {
  BpfMapText text(number_types);
  event::BpfMapCall update = call(PWRU_MAP_UPDATE);
  update.value = kValue;
  update.value_size = 1000;
  EXPECT_TRUE(text.format(update).ends_with("|..|\n… 982 more bytes"));
}

TEST(BpfMapText, AValueThatIsNotThere) {
  BpfMapText text(no_types);
  EXPECT_TRUE(text.format(call(PWRU_MAP_LOOKUP_FAILED)).ends_with("\nvalue(18): none"));
  EXPECT_TRUE(text.format(call(PWRU_MAP_LOOKUP)).ends_with("\nvalue(18): not readable here"));
  EXPECT_TRUE(text.format(call(PWRU_MAP_DELETE)).ends_with("|....|"));
}

}  // namespace
}  // namespace pwru::output
