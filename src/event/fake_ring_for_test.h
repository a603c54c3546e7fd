// SPDX-License-Identifier: Apache-2.0
// A ring of abi/ring.h, with the test as the producer.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "abi/event.h"
#include "event/ring.h"

namespace pwru::event {

class FakeRing {
 public:
  // Records of up to record_max_bytes lie across no chunk's end.
  static constexpr RingLayout kLayout = {3, 64 * 1024, 16 * 1024, 512};

  FakeRing(pwru_ring& positions, std::byte* memory) : positions_(positions), memory_(memory) {}

  [[nodiscard]] uint64_t produced() const { return positions_.reserved; }
  [[nodiscard]] uint64_t consumed() const {
    return __atomic_load_n(&positions_.released, __ATOMIC_ACQUIRE);
  }
  [[nodiscard]] bool has_room(uint32_t bytes) const {
    return start() + bytes - consumed() <= kLayout.ring_bytes;
  }

  // As ring_reserve() in bpf/write/ring.bpf.h; returns where the record begins.
  uint64_t reserve(uint32_t bytes) {
    EXPECT_TRUE(has_room(bytes));
    EXPECT_EQ(positions_.reserved, positions_.committed);
    const uint64_t begin = start();
    __atomic_store_n(&positions_.reserved, begin + bytes, __ATOMIC_SEQ_CST);
    return begin;
  }
  void commit() { __atomic_store_n(&positions_.committed, positions_.reserved, __ATOMIC_RELEASE); }
  void write(uint64_t position, const void* bytes, size_t size) {
    std::memcpy(memory_ + position % kLayout.ring_bytes, bytes, size);
  }

  // An event without parts; `serial` comes out as Event::packet_id.
  static pwru_event event(uint64_t ts_ns, uint64_t serial, uint32_t lost = 0) {
    pwru_event event = {};
    event.ts_ns = ts_ns;
    event.packet_id = serial;
    event.lost = lost;
    event.bytes = sizeof(event);
    return event;
  }
  uint64_t add(const pwru_event& event) {
    const uint64_t position = reserve(event.bytes);
    write(position, &event, sizeof(event));
    commit();
    return position;
  }
  uint64_t add(uint64_t ts_ns, uint64_t serial, uint32_t lost = 0) {
    return add(event(ts_ns, serial, lost));
  }

  // What was given back is the producer's: whoever still reads it shall notice.
  void scribble_on_consumed() {
    for (; scribbled_ < consumed(); scribbled_ += 8)
      write(scribbled_, "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa", 8);
  }

 private:
  [[nodiscard]] uint64_t start() const {
    return pwru_record_start(positions_.reserved, kLayout.chunk_bytes, kLayout.record_max_bytes);
  }

  pwru_ring& positions_;
  std::byte* memory_;
  uint64_t scribbled_ = 0;
};

}  // namespace pwru::event
