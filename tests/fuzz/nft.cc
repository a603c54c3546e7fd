// SPDX-License-Identifier: Apache-2.0
// Makes text of a rule as nf_tables describes it. The first byte is the family of its table, the
// second how many bytes describe the elements of its sets; the rest describes the rule.
#include <cstdint>

#include "base/utf8.h"
#include "kernel/nft_text.h"
#include "tests/fuzz/code.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pwru;
  if (size < 2) return 0;
  const auto bytes = std::as_bytes(std::span(data, size));
  const kernel::Bytes keys = bytes.subspan(2, std::min<size_t>(data[1], size - 2));
  const kernel::Bytes rule = bytes.subspan(2 + keys.size());
  const auto read_set = [&](std::string_view) -> std::optional<kernel::NftSet> {
    kernel::NftSet set;
    set.has_ranges = keys.size() & 1;
    set.data_type = keys.size();
    for (size_t at = 0; at + 4 <= keys.size(); at += 4)
      set.elements.push_back({{keys.begin() + static_cast<ptrdiff_t>(at),
                               keys.begin() + static_cast<ptrdiff_t>(at + 4 - (at & 2))},
                              {},
                              {},
                              (data[2 + at] & 1) != 0});
    return set;
  };
  const std::string text = kernel::nft_rule_text(data[0], rule, read_set);
  size_t characters = 0;
  for (std::string_view rest = text; !rest.empty(); characters++)
    rest.remove_prefix(std::max<size_t>(first_character(rest).bytes, 1));
  fuzz::require(characters <= kernel::kMostRuleCharacters + 1);
  return 0;
}
