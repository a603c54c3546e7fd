// SPDX-License-Identifier: Apache-2.0
// A rule of iptables-legacy, ip6tables-legacy or arptables-legacy as the kernel shows it to a
// process: struct ipt_entry, ip6t_entry or arpt_entry, its matches and its target. Nothing is read
// behind the end of the bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "abi/xtables.h"
#include "kernel/lookups/netlink.h"

namespace pwru::kernel {

// A match or a target.
struct XtExtension {
  std::string_view name;
  uint8_t revision = 0;
  Bytes data;
};

struct XtEntry {
  uint8_t family = 0;  // PWRU_XT_*
  Bytes head;          // what it compares itself: struct ipt_ip and the like, and nfcache
  Bytes matches;
  XtExtension target;
};

// The entry that the bytes begin with; none when it is broken, or not all of it is there.
[[nodiscard]] std::optional<XtEntry> xt_entry(uint8_t family, Bytes bytes);

// Takes the first match off. False when there is none, or a broken one.
[[nodiscard]] bool take_match(Bytes& matches, XtExtension& match);

// What the tracer in the kernel sums up of that rule (bpf/hooks/xtables_sum.bpf.h); 0: not known.
[[nodiscard]] uint32_t xt_entry_sum(const XtEntry& entry);

}  // namespace pwru::kernel
