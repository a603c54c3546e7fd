// SPDX-License-Identifier: Apache-2.0
// Asks the kernel for the text of a rule of iptables-legacy and the like that has dropped a packet.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "kernel/asking_time.h"
#include "kernel/netlink.h"
#include "kernel/xt_table_part.h"

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
  using Clock = std::function<uint64_t()>;  // nanoseconds
  struct Ask {
    AskKernel table_part;  // the request is a XtTablePart
    AskKernel netfilter;   // messages of netlink
  };

  XtRules(Ask ask, Clock clock) : ask_(std::move(ask)), clock_(std::move(clock)) {}

  // "" when the rule that is there is another one. The result is valid until the next call.
  [[nodiscard]] std::string_view text(const XtRuleName& rule);

 private:
  struct Entry {
    std::string text;
    uint64_t valid_until_ns = 0;
  };
  using Key = std::tuple<uint32_t, uint8_t, uint32_t, uint32_t, std::string>;

  [[nodiscard]] std::string read(const XtRuleName& rule) const;
  [[nodiscard]] std::string set_name(uint32_t netns, uint16_t index) const;

  Ask ask_;
  Clock clock_;
  std::map<Key, Entry> entries_;
  AskingTime asking_;
};

}  // namespace pwru::kernel
