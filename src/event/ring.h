// SPDX-License-Identifier: Apache-2.0
// One BPF ring buffer, mapped. Layout: kernel/bpf/ringbuf.c: a page with the consumer position, a
// page with the producer position, then the data, mapped twice in a row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"

namespace pwru::event {

class Ring {
 public:
  [[nodiscard]] static Result<Ring> map(int fd, uint32_t ring_bytes);
  Ring(Ring&& other) noexcept;
  Ring& operator=(Ring&&) = delete;
  ~Ring();

  // How far records are reserved now.
  [[nodiscard]] uint64_t reserved_until() const;
  // How far they have been given back.
  [[nodiscard]] uint64_t consumed_until() const { return consumed_; }

  struct Record {
    std::span<const std::byte> bytes;  // empty: discarded by the program
    uint64_t end = 0;                  // position of the next record
  };
  // The record at `position`, which must be reserved. Waits until its program has submitted it,
  // which is a matter of microseconds.
  [[nodiscard]] Record read(uint64_t position) const;

  // Gives everything before `position` back to the kernel.
  void release(uint64_t position);

 private:
  Ring(void* consumer, void* producer, uint32_t ring_bytes);

  void* consumer_page_;
  void* producer_pages_;  // and the data behind them
  uint32_t ring_bytes_;
  uint64_t consumed_ = 0;
};

}  // namespace pwru::event
