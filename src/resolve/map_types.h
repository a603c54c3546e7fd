// SPDX-License-Identifier: Apache-2.0
// The keys and values of BPF maps as text, by the types that the maps were made with.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>

#include "resolve/struct_text.h"

namespace pwru::resolve {

class MapTypes {
 public:
  // The types of one map. Empty when the map has none, or is gone.
  struct OfMap {
    std::optional<StructText> key;
    std::optional<StructText> value;
  };
  using Load = OfMap (*)(uint32_t map_id);

  // Of the running kernel.
  [[nodiscard]] static OfMap load(uint32_t map_id);
  explicit MapTypes(Load load_types = load) : load_(load_types) {}

  // The types of a map, which are looked up once.
  [[nodiscard]] OfMap& of(uint32_t map_id);

 private:
  Load load_;
  std::unordered_map<uint32_t, OfMap> types_;  // by map id
};

}  // namespace pwru::resolve
