// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/xt_rules.h"

#include <linux/netfilter.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nfnetlink.h>

#include "kernel/netfilter/xt_text.h"

namespace pwru::kernel {

// Before Linux 5.1 the kernel does not know the message, and the set has no name.
std::string XtRules::set_name(uint32_t netns, uint16_t index) const {
  constexpr uint16_t kType = NFNL_SUBSYS_IPSET << 8 | IPSET_CMD_GET_BYINDEX;
  Message about(kType, NLM_F_REQUEST);
  about.append_value(nfgenmsg{NFPROTO_UNSPEC, NFNETLINK_V0, 0});
  about.add_value(IPSET_ATTR_PROTOCOL, uint8_t{IPSET_PROTOCOL});
  about.add(NLA_F_NET_BYTEORDER | IPSET_ATTR_INDEX, to_big_endian(index));
  std::string name;
  for_each_message(ask_.netfilter(netns, about.bytes()), kType, [&](Bytes body) {
    name = text_of(attribute(after(body, NLMSG_ALIGN(sizeof(nfgenmsg))), IPSET_ATTR_SETNAME));
  });
  return name;
}

// The table may be another one by now. The sum is of all that the rule was when it dropped the
// packet, so that a rule with the same sum at the same place has the same text.
std::string XtRules::read(const XtRuleName& rule) const {
  XtTablePart part;
  if (rule.table.size() >= sizeof(part.table)) return "";
  part.at = rule.entry;
  part.family = rule.family;
  std::copy(rule.table.begin(), rule.table.end(), part.table);
  const std::vector<std::byte> bytes =
      ask_.table_part(rule.netns, std::as_bytes(std::span(&part, 1)));
  const auto entry = xt_entry(rule.family, bytes);
  if (!entry || !(rule.rejects ? xt_rejects(*entry) : xt_drops(*entry)) ||
      xt_entry_sum(*entry) != rule.rule_sum)
    return "";
  return xt_rule_text(*entry, [&](uint16_t index) { return set_name(rule.netns, index); });
}

std::string_view XtRules::text(const XtRuleName& rule, uint64_t event_ns) {
  if (!rule.rule_sum) return "";
  return texts_.text({rule.netns, rule.family, rule.entry, rule.rule_sum, std::string(rule.table)},
                     event_ns, [&] { return read(rule); });
}

}  // namespace pwru::kernel
