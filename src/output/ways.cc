// SPDX-License-Identifier: Apache-2.0
#include "output/ways.h"

#include <algorithm>

namespace pwru::output {

bool Ways::is_death(const resolve::Record& record) const {
  if (!record.end || record.end->kind == resolve::End::Kind::Consumed) return false;
  return deaths_.empty() || record.type == PWRU_EVENT_TRACEPOINT ||
         std::ranges::find(deaths_, record.function) != deaths_.end();
}

const std::vector<const journey::Hop*>* Ways::add(const resolve::Record& record) {
  const journey::Journey& journey = store_.add(record);
  if (!is_death(record)) return nullptr;
  way_ = journey::way_of(journey, record.packet.skb);
  return &way_;
}

}  // namespace pwru::output
