// SPDX-License-Identifier: Apache-2.0
#include "diagnose/place_address.h"

#include "diagnose/facts.h"
#include "knowledge/cause.h"

namespace pwru::diagnose {

// A return address is that of the instruction behind the call, which may be of another line, or of
// the next function when the call never returns.
std::optional<uint64_t> place_address(const resolve::Record& record) {
  const auto way = behind_freeing(record.stack);
  if (!way.empty()) {
    const size_t at = record.stack.size() - way.size();
    if (at >= record.stack_addrs.size() || record.stack_addrs[at] == 0) return std::nullopt;
    // The stack of a function that was hit begins with the function itself.
    const bool is_entry = at == 0 && record.type == PWRU_EVENT_FUNC;
    return record.stack_addrs[at] - (is_entry ? 0 : 1);
  }
  if (record.caller_addr == 0 || record.caller.empty() ||
      knowledge::is_freeing(bare(record.caller)))
    return std::nullopt;
  return record.caller_addr - 1;
}

}  // namespace pwru::diagnose
