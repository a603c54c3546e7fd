// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/nft_rules.h"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <utility>

namespace pwru::kernel {
namespace {

constexpr size_t kMostElements = 64;
constexpr unsigned kMostSets = 8;  // of a rule

constexpr uint16_t type_of(uint16_t message) { return NFNL_SUBSYS_NFTABLES << 8 | message; }

Message request(uint16_t message, uint8_t family, uint16_t flags = 0) {
  Message made(type_of(message), static_cast<uint16_t>(NLM_F_REQUEST | flags));
  made.append_value(nfgenmsg{family, NFNETLINK_V0, 0});
  return made;
}

// Calls `take_attributes` with those of each message of that type. False when these are not all.
template <class Take>
bool for_each(Bytes messages, uint16_t message, const Take& take_attributes) {
  return for_each_message(messages, type_of(message), [&](Bytes body) {
    take_attributes(after(body, NLMSG_ALIGN(sizeof(nfgenmsg))));
  });
}

std::vector<std::byte> copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

void add_elements(Bytes list, NftSet& set) {
  Attribute item;
  while (take_attribute(list, item)) {
    if (item.type != NFTA_LIST_ELEM) continue;
    if (set.elements.size() == kMostElements) {
      set.is_complete = false;
      return;
    }
    const Bytes element = item.payload;
    const uint64_t flags = big_endian(attribute(element, NFTA_SET_ELEM_FLAGS));
    constexpr uint64_t kCatchAll = 2;  // NFT_SET_ELEM_CATCHALL, Linux 5.13
    if (flags & kCatchAll) {
      set.catch_all = copy(attribute(element, NFTA_SET_ELEM_DATA));
      continue;
    }
    set.elements.push_back(
        {copy(attribute(attribute(element, NFTA_SET_ELEM_KEY), NFTA_DATA_VALUE)),
         copy(attribute(attribute(element, NFTA_SET_ELEM_KEY_END), NFTA_DATA_VALUE)),
         copy(attribute(element, NFTA_SET_ELEM_DATA)), (flags & NFT_SET_ELEM_INTERVAL_END) != 0});
  }
}

}  // namespace

std::optional<NftSet> NftRules::read_set(const NftRuleName& rule, std::string_view set) const {
  Message about = request(NFT_MSG_GETSET, rule.family);
  about.add(NFTA_SET_TABLE, rule.table);
  about.add(NFTA_SET_NAME, set);
  std::optional<NftSet> found;
  for_each(ask_(rule.netns, about.bytes()), NFT_MSG_NEWSET, [&](Bytes attributes) {
    found.emplace();
    found->has_ranges = big_endian(attribute(attributes, NFTA_SET_FLAGS)) & NFT_SET_INTERVAL;
    found->data_type = big_endian(attribute(attributes, NFTA_SET_DATA_TYPE));
  });
  if (!found) return found;
  Message elements = request(NFT_MSG_GETSETELEM, rule.family, NLM_F_DUMP);
  elements.add(NFTA_SET_ELEM_LIST_TABLE, rule.table);
  elements.add(NFTA_SET_ELEM_LIST_SET, set);
  const bool is_all =
      for_each(ask_(rule.netns, elements.bytes()), NFT_MSG_NEWSETELEM, [&](Bytes attributes) {
        add_elements(attribute(attributes, NFTA_SET_ELEM_LIST_ELEMENTS), *found);
      });
  if (!is_all) found->is_complete = false;
  return found;
}

// nf_tables_newtable() gives each table of a namespace a number that none before it had.
bool NftRules::is_same_table(const NftRuleName& rule) const {
  Message about = request(NFT_MSG_GETTABLE, rule.family);
  about.add(NFTA_TABLE_NAME, rule.table);
  bool is_same = false;
  for_each(ask_(rule.netns, about.bytes()), NFT_MSG_NEWTABLE, [&](Bytes attributes) {
    is_same = big_endian(attribute(attributes, NFTA_TABLE_HANDLE)) == rule.table_handle;
  });
  return is_same;
}

std::vector<std::byte> NftRules::ask_rule(const NftRuleName& rule) const {
  Message about = request(NFT_MSG_GETRULE, rule.family);
  about.add(NFTA_RULE_TABLE, rule.table);
  about.add(NFTA_RULE_CHAIN, rule.chain);
  about.add(NFTA_RULE_HANDLE, to_big_endian(rule.handle));
  return ask_(rule.netns, about.bytes());
}

bool NftRules::has_rule(const NftRuleName& rule) const {
  bool is_there = false;
  for_each(ask_rule(rule), NFT_MSG_NEWRULE, [&](Bytes attributes) {
    is_there = big_endian(attribute(attributes, NFTA_RULE_HANDLE)) == rule.handle;
  });
  return is_there;
}

// A rule never changes but for its counters: `nft replace` makes one with another handle. Handles
// begin anew with each table, so the table is looked at once more, after the rule was read. An
// anonymous set goes with its rule, and its name is free then.
std::string NftRules::read(const NftRuleName& rule) const {
  std::string text;
  unsigned sets = 0;
  const NftSetReader set_reader = [&](std::string_view set) -> std::optional<NftSet> {
    if (++sets > kMostSets) return std::nullopt;
    return read_set(rule, set);
  };
  const std::vector<std::byte> answer = ask_rule(rule);
  for_each(answer, NFT_MSG_NEWRULE, [&](Bytes attributes) {
    if (big_endian(attribute(attributes, NFTA_RULE_HANDLE)) == rule.handle)
      text = nft_rule_text(rule.family, attributes, set_reader);
  });
  if (text.empty() || (sets && !has_rule(rule)) || !is_same_table(rule)) return "";
  return text;
}

std::string_view NftRules::text(const NftRuleName& rule, uint64_t event_ns) {
  return texts_.text({rule.netns, rule.table_handle, rule.handle}, event_ns,
                     [&] { return read(rule); });
}

}  // namespace pwru::kernel
