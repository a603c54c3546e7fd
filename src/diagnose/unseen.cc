// SPDX-License-Identifier: Apache-2.0
#include "diagnose/unseen.h"

#include <set>
#include <tuple>

#include "diagnose/shell.h"
#include "knowledge/cause.h"
#include "knowledge/loss_row.h"

namespace pwru::diagnose {
namespace {

using knowledge::LossRow;
using knowledge::Near;

// Namespace, owner, name.
using Key = std::tuple<uint32_t, std::string_view, std::string_view>;
using Values = std::map<Key, uint64_t>;

Values by_key(const kernel::CounterValues& counters) {
  Values values;
  for (const kernel::CounterValue& counter : counters)
    values[{counter.netns, counter.owner, counter.name}] = counter.value;
  return values;
}

// A counter that fell is of another device of that name, or began again.
Values rises_of(const Readings& readings) {
  const Values before = by_key(readings.before);
  Values rises;
  for (const auto& [key, value] : by_key(readings.after)) {
    const auto found = before.find(key);
    if (found != before.end() && value > found->second) rises[key] = value - found->second;
  }
  return rises;
}

std::string filled(std::string_view sentence, std::string_view owner) {
  constexpr std::string_view kOwner = "{owner}";
  std::string text(sentence);
  for (size_t at = text.find(kOwner); at != std::string::npos;
       at = text.find(kOwner, at + owner.size()))
    text.replace(at, kOwner.size(), owner);
  return text;
}

std::string name_of(const Readings& readings, uint32_t netns) {
  const auto named = readings.netns_names.find(netns);
  return named == readings.netns_names.end() ? "" : named->second;
}

class Comparison {
 public:
  Comparison(const Readings& readings, const Ends& ends, uint64_t lost)
      : readings_(readings), ends_(ends), lost_(lost), rises_(rises_of(readings)) {
    for (const kernel::CounterValue& counter : readings.after)
      if (counter.netns) known_.insert(counter.netns);
  }

  std::vector<UnseenLoss> losses() const {
    std::vector<UnseenLoss> losses;
    for (const LossRow& row : knowledge::loss_rows()) {
      if (readings_.is_partial && !row.is_before_packets) continue;
      for (const auto& [key, rose] : rises_) {
        if (!knowledge::is_counter_of(row, std::get<2>(key))) continue;
        const uint64_t accounted = accounted_for(row, key);
        if (rose > accounted) losses.push_back(loss(row, key, rose, rose - accounted));
      }
    }
    return losses;
  }

 private:
  uint64_t accounted_for(const LossRow& row, const Key& key) const {
    const auto& [netns, owner, name] = key;
    uint64_t count = 0;
    if (!row.is_before_packets) {
      count += lost_ + ends_.others();
      for (const auto& [end, ended] : ends_.counts())
        if (accounts_for(end, row, netns)) count += ended;
    }
    for (const auto& [other, rose] : rises_)
      if (std::get<0>(other) == netns && std::get<1>(other) == owner &&
          knowledge::is_in_list(std::get<2>(other), row.parts))
        count += rose;
    return count;
  }

  bool accounts_for(const Ends::Key& end, const LossRow& row, uint32_t netns) const {
    using knowledge::is_in_list;
    if (is_in_list(end.place, row.anywhere)) return true;
    // The namespace of a packet without a device may be unknown, or what lies in its place.
    if (row.near != Near::Machine && end.netns != netns && known_.contains(end.netns)) return false;
    if (row.places == "*" || is_in_list(end.cause, row.causes)) return true;
    // Of an end that is not known to be a death the counter says more.
    return end.kind == Kind::Died &&
           (is_in_list(end.reason, row.reasons) || is_in_list(end.place, row.places));
  }

  UnseenLoss loss(const LossRow& row, const Key& key, uint64_t rose, uint64_t count) const {
    const auto& [netns, owner, name] = key;
    return {std::string(name),
            netns,
            name_of(readings_, netns),
            std::string(owner),
            count,
            rose,
            filled(row.what, owner),
            filled(row.advice, for_shell(owner, false))};
  }

  const Readings& readings_;
  const Ends& ends_;
  uint64_t lost_;
  Values rises_;
  std::set<uint32_t> known_;
};

}  // namespace

std::vector<UnseenLoss> unseen_losses(const Readings& readings, const Ends& ends, uint64_t lost) {
  return Comparison(readings, ends, lost).losses();
}

std::vector<HandledInHardware> handled_in_hardware(const Readings& readings) {
  std::vector<HandledInHardware> handled;
  for (const auto& [key, rose] : rises_of(readings)) {
    const auto& [netns, owner, name] = key;
    if (name != kernel::kInHardware) continue;
    handled.push_back(
        {std::string(owner), netns, name_of(readings, netns), rose,
         filled("tc -s filter show dev {owner} ingress shows them; ethtool -K {owner} "
                "hw-tc-offload off leaves them to the kernel",
                for_shell(owner, false))});
  }
  return handled;
}

}  // namespace pwru::diagnose
