// SPDX-License-Identifier: Apache-2.0
// Where events come from: the rings of a live kernel, or in a test a list of values.
#pragma once

#include "base/result.h"
#include "event/counters.h"
#include "event/doorbell.h"
#include "event/reader.h"

namespace pwru::event {

class Source {
 public:
  virtual ~Source() = default;
  // Hands over what there is, in time order. `is_last`: nothing more comes, so that nothing is held
  // back. False: the consumer wants no more.
  [[nodiscard]] virtual Result<bool> drain(Consumer& consumer, bool is_last) = 0;
  // Losses that no later event has reported. False: the consumer wants no more.
  [[nodiscard]] virtual Result<bool> report_rest(Consumer& consumer) = 0;
  // Until there is something to drain, a signal comes or a fraction of a second is over;
  // `was_idle`: the last drain() found nothing.
  virtual void wait(bool was_idle) = 0;
};

// The rings of bpf/, and the map that wakes their reader up.
class RingSource : public Source {
 public:
  RingSource(Reader reader, Doorbell doorbell)
      : reader_(std::move(reader)), doorbell_(std::move(doorbell)) {}

  Result<bool> drain(Consumer& consumer, bool is_last) override {
    return reader_.drain(consumer, is_last);
  }
  Result<bool> report_rest(Consumer& consumer) override { return reader_.report_rest(consumer); }
  void wait(bool was_idle) override;

 private:
  Reader reader_;
  Doorbell doorbell_;
};

}  // namespace pwru::event
