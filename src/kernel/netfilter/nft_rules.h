// SPDX-License-Identifier: Apache-2.0
// Asks nf_tables for the text of a rule that has dropped a packet.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "kernel/lookups/netlink.h"
#include "kernel/netfilter/nft_text.h"
#include "kernel/netfilter/rule_texts.h"

namespace pwru::kernel {

struct NftRuleName {
  uint32_t netns = 0;         // inode number
  uint8_t family = 0;         // NFPROTO_*
  uint64_t table_handle = 0;  // another one: another table, whatever its name
  uint64_t handle = 0;
  std::string_view table = {}, chain = {};
};

class NftRules {
 public:
  using Key = std::tuple<uint32_t, uint64_t, uint64_t>;

  NftRules(AskKernel ask, RuleTexts<Key>::Clock clock)
      : ask_(std::move(ask)), texts_(std::move(clock), kKeptNs) {}

  // "" when that rule is no longer there. `event_ns`: when it dropped a packet. Counters are those
  // of the last second. The result is valid until the next call.
  [[nodiscard]] std::string_view text(const NftRuleName& rule, uint64_t event_ns);

 private:
  // The number of a namespace that is gone is soon that of another one.
  static constexpr uint64_t kKeptNs = 5'000'000'000;

  [[nodiscard]] std::vector<std::byte> ask_rule(const NftRuleName& rule) const;
  [[nodiscard]] bool has_rule(const NftRuleName& rule) const;
  [[nodiscard]] std::string read(const NftRuleName& rule) const;
  [[nodiscard]] std::optional<NftSet> read_set(const NftRuleName& rule, std::string_view set) const;
  [[nodiscard]] bool is_same_table(const NftRuleName& rule) const;

  AskKernel ask_;
  RuleTexts<Key> texts_;
};

}  // namespace pwru::kernel
