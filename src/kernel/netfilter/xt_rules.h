// SPDX-License-Identifier: Apache-2.0
// Asks the kernel for the text of a rule of iptables-legacy and the like that has dropped a packet.
#pragma once

#include <string>
#include <string_view>
#include <tuple>

#include "kernel/lookups/netlink.h"
#include "kernel/netfilter/rule_texts.h"
#include "kernel/netfilter/xt_table_part.h"

namespace pwru::kernel {

struct XtRuleName {
  uint32_t netns = 0;     // inode number
  uint8_t family = 0;     // PWRU_XT_*
  bool rejects = false;   // else it drops
  uint32_t entry = 0;     // where it is in the table, in bytes
  uint32_t rule_sum = 0;  // of pwru_xt
  std::string_view table = {};
};

class XtRules {
 public:
  using Key = std::tuple<uint32_t, uint8_t, uint32_t, uint32_t, std::string>;
  struct Ask {
    AskKernel table_part;  // the request is a XtTablePart
    AskKernel netfilter;   // messages of netlink
  };

  XtRules(Ask ask, RuleTexts<Key>::Clock clock)
      : ask_(std::move(ask)), texts_(std::move(clock), kKeptNs) {}

  // "" when the rule that is there is another one. The result is valid until the next call.
  [[nodiscard]] std::string_view text(const XtRuleName& rule, uint64_t event_ns);

 private:
  // The sum is of all that the text says, so that the text of a rule that was deleted stays what it
  // was: for more than two hundred years.
  static constexpr uint64_t kKeptNs = uint64_t{1} << 63;

  [[nodiscard]] std::string read(const XtRuleName& rule) const;
  [[nodiscard]] std::string set_name(uint32_t netns, uint16_t index) const;

  Ask ask_;
  RuleTexts<Key> texts_;
};

}  // namespace pwru::kernel
