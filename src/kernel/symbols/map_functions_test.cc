// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/map_functions.h"

#include <gtest/gtest.h>

#include "kernel/btf/btf_builder_for_test.h"

namespace pwru::kernel {
namespace {

TEST(MapFunctions, AreKnownByTheirArgumentsAndTheirName) {
  BtfBuilder types;
  const uint32_t integer = types.integer("int", 4);
  const uint32_t map = types.pointer(types.structure("bpf_map", 64));
  const uint32_t key = types.pointer(integer);
  types.function("htab_map_lookup_elem", {map, key}, key);
  types.function("array_map_update_elem", {map, key, key, integer}, integer);
  types.function("map_delete_elem", {key}, integer);          // a command of bpf(2)
  types.function("bpf_map_lookup_elem", {integer, integer});  // a helper
  types.function("htab_map_free", {map});
  types.function("other_lookup_elem", {map, integer});
  const auto btf = Btf::parse(types.bytes(), nullptr);
  ASSERT_TRUE(btf);

  const std::vector<std::string> expected = {"htab_map_lookup_elem", "array_map_update_elem"};
  EXPECT_EQ(map_functions(**btf), expected);
  EXPECT_EQ(map_op_of(**btf, "htab_map_lookup_elem"), MapOp::Lookup);
  EXPECT_EQ(map_op_of(**btf, "array_map_update_elem"), MapOp::Update);
  EXPECT_EQ(map_op_of(**btf, "bpf_map_lookup_elem"), MapOp::Lookup);
  EXPECT_EQ(map_op_of(**btf, "bpf_map_delete_elem"), MapOp::Delete);
  EXPECT_EQ(map_op_of(**btf, "map_delete_elem"), MapOp::None);
  EXPECT_EQ(map_op_of(**btf, "other_lookup_elem"), MapOp::None);
  EXPECT_EQ(map_op_of(**btf, "gone_lookup_elem"), MapOp::None);
}

}  // namespace
}  // namespace pwru::kernel
