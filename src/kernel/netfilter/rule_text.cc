// SPDX-License-Identifier: Apache-2.0
#include "kernel/netfilter/rule_text.h"

#include <algorithm>
#include <string_view>

#include "base/utf8.h"

namespace pwru::kernel {

std::string shortened_rule(std::string text) {
  std::string_view rest = text;
  for (size_t count = 0; !rest.empty(); count++) {
    if (count == kMostRuleCharacters) {
      text.resize(text.size() - rest.size());
      return text + "…";
    }
    rest.remove_prefix(std::max<size_t>(first_character(rest).bytes, 1));
  }
  return text;
}

}  // namespace pwru::kernel
