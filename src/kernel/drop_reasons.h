// SPDX-License-Identifier: Apache-2.0
// Names of drop reasons, from every enum in BTF that has them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kernel/btf/btf.h"

namespace pwru::kernel {

class DropReasons {
 public:
  // enum skb_drop_reason (Linux 5.17) and the subsystems' enums (6.4: value >> 16 is the
  // subsystem), e.g. mac80211_drop_reason, ovs_drop_reason: every enum whose name ends in
  // "drop_reason".
  static DropReasons collect(const Btf& vmlinux, const std::vector<ModuleBtf>& modules);

  // Adds the reasons of a module that was loaded later.
  void add(const Btf& module);

  // For example "SKB_DROP_REASON_NETFILTER_DROP"; none for a value without a name.
  [[nodiscard]] std::optional<std::string_view> name(uint32_t value) const;
  // True on a kernel before 5.17.
  [[nodiscard]] bool empty() const;
  // Whether this value of enum skb_free_reason (up to 6.3) means that the packet was consumed. Its
  // other values have no names that say more.
  [[nodiscard]] bool is_consumed_free_reason(uint32_t value) const {
    return value == consumed_free_reason_;
  }

 private:
  std::unordered_map<uint32_t, std::string> names_;
  std::optional<uint32_t> consumed_free_reason_;
};

}  // namespace pwru::kernel
