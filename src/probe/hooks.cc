// SPDX-License-Identifier: Apache-2.0
#include "probe/hooks.h"

#include <algorithm>
#include <iterator>

namespace pwru::probe {

// A vector would destroy the first one first.
Hooks::~Hooks() {
  while (!hooks_.empty()) hooks_.pop_back();
}

Result<bool> Hooks::attach(const AttachOne& attach_one) {
  for (const auto& hook : hooks_) {
    attached_++;
    PWRU_ASSIGN(const Attached attached, attach_one(*hook));
    if (attached.is_interrupted) return false;
  }
  return true;
}

void Hooks::poll() {
  for (size_t i = 0; i < attached_; i++) hooks_[i]->poll();
}

program::MissCounts Hooks::missed() const {
  program::MissCounts counts;
  for (size_t i = 0; i < attached_; i++)
    std::ranges::move(hooks_[i]->missed(), std::back_inserter(counts));
  return counts;
}

void Hooks::detach(const DetachOne& detach_one) {
  while (attached_ > 0 && !is_urgent_()) detach_one(*hooks_[--attached_]);
}

}  // namespace pwru::probe
