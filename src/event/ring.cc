// SPDX-License-Identifier: Apache-2.0
#include "event/ring.h"

#include <linux/bpf.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <utility>

namespace pwru::event {
namespace {

size_t page_bytes() { return static_cast<size_t>(::sysconf(_SC_PAGESIZE)); }

uint64_t load_acquire(const void* address) {
  return __atomic_load_n(static_cast<const uint64_t*>(address), __ATOMIC_ACQUIRE);
}

}  // namespace

Ring::Ring(void* consumer, void* producer, uint32_t ring_bytes)
    : consumer_page_(consumer), producer_pages_(producer), ring_bytes_(ring_bytes) {}

Ring::Ring(Ring&& other) noexcept
    : consumer_page_(std::exchange(other.consumer_page_, nullptr)),
      producer_pages_(std::exchange(other.producer_pages_, nullptr)),
      ring_bytes_(other.ring_bytes_),
      consumed_(other.consumed_) {}

Ring::~Ring() {
  if (consumer_page_) ::munmap(consumer_page_, page_bytes());
  if (producer_pages_) ::munmap(producer_pages_, page_bytes() + 2ul * ring_bytes_);
}

Result<Ring> Ring::map(int fd, uint32_t ring_bytes) {
  const size_t page = page_bytes();
  void* const consumer = ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (consumer == MAP_FAILED) return sys_fail("map the consumer page of a ring buffer");
  void* const producer =
      ::mmap(nullptr, page + 2ul * ring_bytes, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(page));
  if (producer == MAP_FAILED) {
    const int code = errno;
    ::munmap(consumer, page);
    return sys_fail("map a ring buffer", code);
  }
  return Ring(consumer, producer, ring_bytes);
}

uint64_t Ring::reserved_until() const { return load_acquire(producer_pages_); }

Ring::Record Ring::read(uint64_t position) const {
  const auto* data = static_cast<const std::byte*>(producer_pages_) + page_bytes();
  const std::byte* header = data + (position & (ring_bytes_ - 1));
  const auto* length = reinterpret_cast<const uint32_t*>(header);
  uint32_t word = __atomic_load_n(length, __ATOMIC_ACQUIRE);
  while (word & BPF_RINGBUF_BUSY_BIT) {
    ::sched_yield();
    word = __atomic_load_n(length, __ATOMIC_ACQUIRE);
  }
  const uint32_t bytes = word & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
  const uint64_t end = position + ((bytes + BPF_RINGBUF_HDR_SZ + 7) & ~7u);
  if (word & BPF_RINGBUF_DISCARD_BIT) return {{}, end};
  return {{header + BPF_RINGBUF_HDR_SZ, bytes}, end};
}

void Ring::release(uint64_t position) {
  consumed_ = position;
  __atomic_store_n(static_cast<uint64_t*>(consumer_page_), position, __ATOMIC_RELEASE);
}

}  // namespace pwru::event
