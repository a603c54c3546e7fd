// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/xt_match.h"

#include <linux/netfilter/xt_conntrack.h>

namespace pwru::kernel {
namespace {

// What does not know a match must not look as if it had no more options.
constexpr std::string_view kMore = " [...]";

// iptables has a word of its own for conntrack that is only asked for the state.
bool is_state(const XtExtension& extension) {
  xt_conntrack_mtinfo3 info;
  return extension.name == "conntrack" && extension.revision == 3 && take(extension.data, info) &&
         (info.match_flags & XT_CONNTRACK_STATE_ALIAS);
}

}  // namespace

std::string xt_match_text(const XtMatch& match) {
  const XtExtension& extension = match.extension;
  const std::string begin =
      " -m " + (is_state(extension) ? std::string("state") : std::string(extension.name));
  for (const auto rows : {xt_packet_matches(), xt_conntrack_matches(), xt_condition_matches()}) {
    for (const XtMatchRow& row : rows) {
      std::string text = begin;
      if (row.name == extension.name && extension.revision < 8 &&
          (row.revisions >> extension.revision & 1) && row.write(match, text))
        return text;
    }
  }
  return begin + std::string(kMore);
}

}  // namespace pwru::kernel
