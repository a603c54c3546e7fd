// SPDX-License-Identifier: Apache-2.0
// The text of a rule of nf_tables, much as `nft list` shows it. What is not known is its name in
// square brackets. Names in it are those of others: whoever prints it must escape it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/lookups/netlink.h"
#include "kernel/netfilter/rule_text.h"

namespace pwru::kernel {

struct NftElement {
  std::vector<std::byte> key;
  std::vector<std::byte> key_end;  // of a range of concatenations; else empty
  std::vector<std::byte> data;     // attributes NFTA_DATA_*, of a map; else empty
  bool is_end = false;             // the first key behind a range
};

struct NftSet {
  bool has_ranges = false;
  bool is_complete = true;  // false: it has more elements
  uint64_t data_type = 0;   // a number of nft(8)
  std::vector<NftElement> elements;
  std::optional<std::vector<std::byte>> catch_all = {};  // the data of the element `*`
};

// Reads a set of the rule's table.
using NftSetReader = std::function<std::optional<NftSet>(std::string_view name)>;

// `family`: NFPROTO_* of the table; `rule`: the attributes NFTA_RULE_*.
[[nodiscard]] std::string nft_rule_text(uint8_t family, Bytes rule, const NftSetReader& read_set);

}  // namespace pwru::kernel
