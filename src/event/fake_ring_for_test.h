// SPDX-License-Identifier: Apache-2.0
// A ring laid out as the kernel's BPF ring buffer, in a memfd, with the test as the producer.
#pragma once

#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "abi/event.h"
#include "base/handle.h"

namespace pwru::event {

class FakeRing {
 public:
  static constexpr uint32_t kBytes = 64 * 1024;

  // A memfd cannot be mapped twice in a row as one piece, so the data is there twice.
  FakeRing() : fd_(::memfd_create("ring", MFD_CLOEXEC)), page_(::sysconf(_SC_PAGESIZE)) {
    EXPECT_EQ(::ftruncate(fd_.get(), static_cast<off_t>(size())), 0);
    void* const all = ::mmap(nullptr, size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
    EXPECT_NE(all, MAP_FAILED);
    memory_ = static_cast<std::byte*>(all);
  }
  FakeRing(const FakeRing&) = delete;
  ~FakeRing() { ::munmap(memory_, size()); }

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] uint64_t produced() const { return produced_; }
  [[nodiscard]] uint64_t consumed() const {
    return __atomic_load_n(reinterpret_cast<uint64_t*>(memory_), __ATOMIC_ACQUIRE);
  }
  [[nodiscard]] bool has_room(uint32_t bytes) const {
    return produced_ - consumed() + round_up(bytes) <= kBytes;
  }

  // As bpf_ringbuf_reserve(): the record is busy until submit().
  uint64_t reserve(uint32_t bytes) {
    EXPECT_TRUE(has_room(bytes));
    const uint64_t position = produced_;
    store_length(position, bytes | BPF_RINGBUF_BUSY_BIT);
    produced_ += round_up(bytes);
    __atomic_store_n(reinterpret_cast<uint64_t*>(memory_ + page_), produced_, __ATOMIC_RELEASE);
    return position;
  }
  void submit(uint64_t position, const void* bytes, uint32_t size) {
    write(position + BPF_RINGBUF_HDR_SZ, bytes, size);
    store_length(position, size);
  }
  void discard(uint64_t position, uint32_t size) {
    store_length(position, size | BPF_RINGBUF_DISCARD_BIT);
  }

  // An event without parts; `serial` comes out as Event::packet_id.
  static pwru_event event(uint64_t ts_ns, uint64_t serial, uint32_t lost = 0) {
    pwru_event event = {};
    event.ts_ns = ts_ns;
    event.packet_id = serial;
    event.lost = lost;
    return event;
  }
  uint64_t add(uint64_t ts_ns, uint64_t serial, uint32_t lost = 0) {
    const pwru_event record = event(ts_ns, serial, lost);
    const uint64_t position = reserve(sizeof(record));
    submit(position, &record, sizeof(record));
    return position;
  }

  // What was given back is the producer's: whoever still reads it shall notice.
  void scribble_on_consumed() {
    for (; scribbled_ < consumed(); scribbled_ += 8)
      write(scribbled_, "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa", 8);
  }

 private:
  static uint64_t round_up(uint32_t bytes) { return (bytes + BPF_RINGBUF_HDR_SZ + 7) & ~7ull; }
  [[nodiscard]] size_t size() const { return 2 * page_ + 2 * kBytes; }
  [[nodiscard]] std::byte* data(uint64_t position) const {
    return memory_ + 2 * page_ + position % kBytes;
  }
  void write(uint64_t position, const void* bytes, uint32_t size) {
    for (uint32_t i = 0; i < size; i++) {
      data(position + i)[0] = static_cast<const std::byte*>(bytes)[i];
      data(position + i)[kBytes] = static_cast<const std::byte*>(bytes)[i];
    }
  }
  void store_length(uint64_t position, uint32_t word) {
    for (const size_t half : {size_t{kBytes}, size_t{0}})
      __atomic_store_n(reinterpret_cast<uint32_t*>(data(position) + half), word, __ATOMIC_RELEASE);
  }

  UniqueFd fd_;
  size_t page_;
  std::byte* memory_ = nullptr;
  uint64_t produced_ = 0;
  uint64_t scribbled_ = 0;
};

}  // namespace pwru::event
