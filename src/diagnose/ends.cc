// SPDX-License-Identifier: Apache-2.0
#include "diagnose/ends.h"

namespace pwru::diagnose {

void Ends::count(const resolve::Record& record, const Diagnosis& diagnosis) {
  if (diagnosis.kind == Kind::Harmless && diagnosis.cause.empty()) return;  // it was consumed
  Key key = {std::string(diagnosis.cause),  std::string(diagnosis.place),
             std::string(diagnosis.reason), std::string(record.packet.ifname.text()),
             record.packet.netns,           diagnosis.kind};
  if (counts_.size() < kMostKeys || counts_.contains(key))
    counts_[std::move(key)]++;
  else
    others_++;
}

}  // namespace pwru::diagnose
