// SPDX-License-Identifier: Apache-2.0
// The matches of a rule of iptables-legacy or ip6tables-legacy.
#pragma once

#include <span>
#include <string>

#include "kernel/netfilter/xt_entry.h"
#include "kernel/netfilter/xt_text.h"

namespace pwru::kernel {

struct XtMatch {
  uint8_t family = 0;  // PWRU_XT_*
  XtExtension extension;
  const XtSetName& set_name;
};

// " -m udp --dport 53"
[[nodiscard]] std::string xt_match_text(const XtMatch& match);

// How the options of a match are written.
struct XtMatchRow {
  std::string_view name;
  uint8_t revisions;  // bit n: it is known how revision n lies in memory
  // Appends the options. False when it cannot say all of them.
  bool (*write)(const XtMatch& match, std::string& text);
};
[[nodiscard]] std::span<const XtMatchRow> xt_packet_matches();     // ports, types, addresses
[[nodiscard]] std::span<const XtMatchRow> xt_conntrack_matches();  // the connection
[[nodiscard]] std::span<const XtMatchRow> xt_condition_matches();  // anything else

}  // namespace pwru::kernel
