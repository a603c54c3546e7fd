// SPDX-License-Identifier: Apache-2.0
// Makes text of a rule as nf_tables describes it. The first byte is the family of its table, the
// second how many bytes describe the elements of its sets; the rest describes the rule. A first
// byte of 0xf0 and more: the rest is an entry of a table of iptables-legacy and the like.
#include <cstdint>
#include <tuple>

#include "base/utf8.h"
#include "kernel/netfilter/nft_text.h"
#include "kernel/netfilter/xt_text.h"
#include "tests/fuzz/code.h"

namespace {

using namespace pwru;

void require_short(std::string_view text) {
  size_t characters = 0;
  for (; !text.empty(); characters++)
    text.remove_prefix(std::max<size_t>(first_character(text).bytes, 1));
  fuzz::require(characters <= kernel::kMostRuleCharacters + 1);
}

void read_legacy(uint8_t family, kernel::Bytes bytes) {
  const auto entry = kernel::xt_entry(family, bytes);
  if (!entry) return;
  std::ignore = kernel::xt_entry_sum(*entry);
  const std::string text = kernel::xt_rule_text(*entry, [&](uint16_t index) {
    return index & 1 ? std::string(kernel::text_of(bytes)) : std::string();
  });
  fuzz::require(!text.empty() && text.front() != ' ');
  require_short(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const auto bytes = std::as_bytes(std::span(data, size));
  constexpr uint8_t kLegacy = 0xf0;
  if (data[0] >= kLegacy) {
    read_legacy(data[0] - kLegacy, bytes.subspan(1));
    return 0;
  }
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
  require_short(kernel::nft_rule_text(data[0], rule, read_set));
  return 0;
}
