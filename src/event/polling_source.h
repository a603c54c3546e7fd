// SPDX-License-Identifier: Apache-2.0
// The rings where the kernel has no map that wakes their reader up (before Linux 5.8): it looks at
// them again and again.
#pragma once

#include "event/nap.h"
#include "event/source.h"

namespace pwru::event {

class PollingSource : public Source {
 public:
  PollingSource(Reader reader, Nap nap) : reader_(std::move(reader)), nap_(std::move(nap)) {}

  Result<bool> drain(Consumer& consumer, bool is_last) override {
    return reader_.drain(consumer, is_last);
  }
  Result<bool> report_rest(Consumer& consumer) override { return reader_.report_rest(consumer); }
  void wait(bool was_idle) override;

 private:
  Reader reader_;
  Nap nap_;
};

}  // namespace pwru::event
