// SPDX-License-Identifier: Apache-2.0
// Asks the kernel for a table of iptables-legacy, ip6tables-legacy or arptables-legacy, as
// iptables-save does, and takes one rule's bytes out of it unread.
#pragma once

#include <cstdint>
#include <vector>

#include "abi/xtables.h"
#include "kernel/lookups/netlink.h"

namespace pwru::kernel {

struct XtTablePart {
  uint32_t at = 0;     // where it begins among the entries, in bytes
  uint8_t family = 0;  // PWRU_XT_IP4, PWRU_XT_IP6 or PWRU_XT_ARP
  char table[PWRU_XT_TABLE_BYTES] = {};
};

inline constexpr size_t kMostXtRuleBytes = 4096;

// Appends what the table of this network namespace has from there on, at most that many bytes.
// Nothing without such a table, or when it is too large. `request` is a XtTablePart of anybody.
void read_xt_table_part(Bytes request, std::vector<std::byte>& answer);

}  // namespace pwru::kernel
