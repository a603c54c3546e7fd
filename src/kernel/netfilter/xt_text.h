// SPDX-License-Identifier: Apache-2.0
// The text of a rule of iptables-legacy, ip6tables-legacy or arptables-legacy that drops packets,
// as `iptables-legacy -S` writes it behind the name of the chain. A match that has no words here is
// its name and "[...]". Names in it are those of others: whoever prints it must escape it.
#pragma once

#include <functional>
#include <string>

#include "kernel/netfilter/rule_text.h"
#include "kernel/netfilter/xt_entry.h"

namespace pwru::kernel {

// The name of a set of ipset(8) by its number in the packet's namespace; "" when it is not known.
using XtSetName = std::function<std::string(uint16_t index)>;

[[nodiscard]] std::string xt_rule_text(const XtEntry& entry, const XtSetName& set_name);

// Whether the target is REJECT, or the standard target with the verdict DROP.
[[nodiscard]] bool xt_rejects(const XtEntry& entry);
[[nodiscard]] bool xt_drops(const XtEntry& entry);

}  // namespace pwru::kernel
