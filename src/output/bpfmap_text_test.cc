// SPDX-License-Identifier: Apache-2.0
#include "output/bpfmap_text.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>

#include "abi/event.h"

namespace pwru::output {
namespace {

constexpr std::array<std::byte, 4> kKey = {std::byte{9}};
constexpr std::array<std::byte, 18> kValue = {std::byte{'p'}, std::byte{'a'}, std::byte{0xff}};

resolve::MapCall call(uint32_t op) {
  resolve::MapCall result;
  result.op = op;
  result.id = 7;
  result.name = "flows";
  result.key = kKey;
  result.key_size = kKey.size();
  result.value_size = kValue.size();
  return result;
}

TEST(BpfMapText, WithoutTypesInHex) {
  resolve::MapCall update = call(PWRU_MAP_UPDATE);
  update.value = kValue;
  EXPECT_EQ(map_call_text(update),
            "map_id: 7\n"
            "map_name: flows\n"
            "key(4):\n"
            "00000000  09 00 00 00                                       |....|\n"
            "value(18):\n"
            "00000000  70 61 ff 00 00 00 00 00  00 00 00 00 00 00 00 00  |pa..............|\n"
            "00000010  00 00                                             |..|");
}

TEST(BpfMapText, ByTheTypesOfTheMap) {
  resolve::MapCall update = call(PWRU_MAP_UPDATE);
  update.value = kKey;
  update.value_size = kKey.size();
  update.key_text = "(u32)9";
  update.value_text = "(u32)10";
  EXPECT_EQ(map_call_text(update), "map_id: 7\nmap_name: flows\nkey(4): (u32)9\nvalue(4): (u32)10");
}

TEST(BpfMapText, SaysHowMuchWasCut) {
  resolve::MapCall update = call(PWRU_MAP_UPDATE);
  update.value = kValue;
  update.value_size = 1000;
  EXPECT_TRUE(map_call_text(update).ends_with("|..|\n… 982 more bytes"));
}

TEST(BpfMapText, AValueThatIsNotThere) {
  EXPECT_TRUE(map_call_text(call(PWRU_MAP_LOOKUP_FAILED)).ends_with("\nvalue(18): none"));
  EXPECT_TRUE(map_call_text(call(PWRU_MAP_LOOKUP)).ends_with("\nvalue(18): not readable here"));
  EXPECT_TRUE(map_call_text(call(PWRU_MAP_DELETE)).ends_with("|....|"));
}

}  // namespace
}  // namespace pwru::output
