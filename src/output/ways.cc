// SPDX-License-Identifier: Apache-2.0
#include "output/ways.h"

#include <algorithm>

#include "diagnose/diagnoser.h"
#include "diagnose/facts.h"
#include "knowledge/cause.h"

namespace pwru::output {
namespace {

bool is_freed_by_xdp(const resolve::Record& record) {
  const auto behind = diagnose::behind_freeing(record.stack);
  const std::string_view place = behind.empty() ? record.caller : behind.front();
  return knowledge::is_freeing_for_xdp(diagnose::bare(place));
}

}  // namespace

bool Ways::is_death(const resolve::Record& record) const {
  if (diagnose::is_xdp_drop(record)) return true;
  if (!record.end || record.end->kind == resolve::End::Kind::Consumed) return false;
  return deaths_.empty() || record.type == PWRU_EVENT_TRACEPOINT ||
         std::ranges::find(deaths_, record.function) != deaths_.end();
}

// An XDP program that is given an skb, by veth or generic XDP, has the kernel free it. That is the
// same death once more, often of an skb that was not met before.
bool Ways::is_freed_for_xdp(const resolve::Record& record, const journey::Journey& journey) {
  const auto drop = xdp_drops_.find(record.packet.cpu);
  if (drop == xdp_drops_.end() || drop->second.ifindex != record.packet.ifindex ||
      !(drop->second.tuple == record.packet.tuple))
    return false;
  // Nothing frees an skb for a driver that had none: what dies elsewhere is another packet.
  if (!is_freed_by_xdp(record)) return false;
  if (drop->second.id != journey.id && journey.hops.size() > 1) return false;
  xdp_drops_.erase(drop);
  return true;
}

const std::vector<const journey::Hop*>* Ways::add(const resolve::Record& record) {
  const journey::Journey& journey = store_.add(record);
  if (!is_death(record)) return nullptr;
  if (diagnose::is_xdp_drop(record))
    xdp_drops_[record.packet.cpu] = {journey.id, record.packet.ifindex, record.packet.tuple};
  else if (is_freed_for_xdp(record, journey))
    return nullptr;
  way_ = journey::way_of(journey, record.packet.skb);
  left_out_ = journey.hops_left_out;
  return &way_;
}

}  // namespace pwru::output
