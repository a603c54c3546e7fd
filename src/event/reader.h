// SPDX-License-Identifier: Apache-2.0
// All rings together, as one stream in time order, with the losses where they happened.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "event/ring.h"

namespace pwru::event {

// Who gets the stream. A sink that answers false wants no more; the rest stays in the rings.
class Consumer {
 public:
  virtual ~Consumer() = default;
  [[nodiscard]] virtual Result<bool> event(const Event& event) = 0;
  [[nodiscard]] virtual Result<bool> lost(const Loss& loss) = 0;
};

class Reader {
 public:
  // `ring_fds` by CPU number.
  [[nodiscard]] static Result<Reader> open(const std::vector<int>& ring_fds, uint32_t ring_bytes,
                                           uint32_t skb_bytes);

  // Hands over what the rings hold, in time order over all CPUs. An event is held back while an
  // older one may still be on its way; with `is_last` (nothing is attached any more) none is.
  // Returns false when the consumer wants no more.
  [[nodiscard]] Result<bool> drain(Consumer& consumer, bool is_last = false);

  // Losses that no later event of the same CPU has told; `lost_by_cpu` are the kernel's counters.
  [[nodiscard]] Result<bool> report_rest(Consumer& consumer, const std::vector<uint64_t>& lost_by_cpu);

 private:
  // A record that waits for its turn: in its ring, or copied when it was held back.
  struct Pending {
    uint64_t ts_ns;
    std::span<const std::byte> record;
    uint64_t end;         // ring position behind it; 0 for a copied one
    uint64_t lost_count;  // events lost on its CPU just before it
    uint64_t lost_since_ns;
  };
  struct Cpu {
    explicit Cpu(Ring r) : ring(std::move(r)) {}
    Ring ring;
    std::vector<Pending> pending;  // sorted by time
    size_t next = 0;               // in pending
    std::vector<std::unique_ptr<std::byte[]>> held_back;
    uint64_t collected_until = 0;
    uint32_t lost_seen = 0;
    uint64_t last_ts_ns = 0;
    bool is_in_order = true;  // time order is ring order, so space can be given back as it is read
  };

  Reader(std::vector<Cpu> cpus, uint32_t skb_bytes);
  Result<> collect(Cpu& cpu, uint64_t until);
  Result<bool> hand_over(Consumer& consumer, uint64_t until_ns);
  Result<bool> deliver(Consumer& consumer, size_t cpu_index, const Pending& pending);
  void keep_rest(Cpu& cpu);

  std::vector<Cpu> cpus_;
  uint32_t skb_bytes_;
};

}  // namespace pwru::event
