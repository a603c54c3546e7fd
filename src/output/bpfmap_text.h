// SPDX-License-Identifier: Apache-2.0
// What was looked up in a BPF map, or put there: by the types that the map was made with, else in
// hex.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "event/bpfmap.h"
#include "resolve/struct_text.h"

namespace pwru::output {

// The types of one map; nothing for one that has none, or is gone.
struct MapTypes {
  std::optional<resolve::StructText> key;
  std::optional<resolve::StructText> value;
};
[[nodiscard]] MapTypes load_map_types(uint32_t map_id);

class BpfMapText {
 public:
  using Load = MapTypes (*)(uint32_t map_id);
  explicit BpfMapText(Load load = load_map_types) : load_(load) {}

  // Several lines without a newline at the end; valid until the next call.
  [[nodiscard]] std::string_view format(const event::BpfMapCall& call);

 private:
  void append_bytes(std::string_view what, std::span<const std::byte> bytes, uint32_t size,
                    std::optional<resolve::StructText>& type);

  Load load_;
  std::unordered_map<uint32_t, MapTypes> types_;  // by map id
  std::string text_;
};

}  // namespace pwru::output
