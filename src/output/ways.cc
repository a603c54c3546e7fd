// SPDX-License-Identifier: Apache-2.0
#include "output/ways.h"

#include <algorithm>

#include "diagnose/diagnoser.h"

namespace pwru::output {

bool Ways::is_death(const resolve::Record& record) const {
  if (diagnose::is_xdp_drop(record)) return true;
  if (!record.end || record.end->kind == resolve::End::Kind::Consumed) return false;
  return deaths_.empty() || record.type == PWRU_EVENT_TRACEPOINT ||
         std::ranges::find(deaths_, record.function) != deaths_.end();
}

const std::vector<const journey::Hop*>* Ways::add(const resolve::Record& record) {
  journey::Journey& journey = store_.add(record);
  // What generic XDP drops has an skb, which is freed behind the program.
  if (!is_death(record) || journey.is_dropped_by_xdp) return nullptr;
  journey.is_dropped_by_xdp = diagnose::is_xdp_drop(record);
  way_ = journey::way_of(journey, record.packet.skb);
  return &way_;
}

}  // namespace pwru::output
