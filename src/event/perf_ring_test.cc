// SPDX-License-Identifier: Apache-2.0
#include "event/perf_ring.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>
#include <numeric>

#include "event/fake_ring_for_test.h"
#include "event/perf_source.h"

namespace pwru::event {
namespace {

// A perf buffer with the test as the kernel.
class PerfRingTest : public testing::Test {
 protected:
  static constexpr size_t kBytes = 1024;

  void put(const void* bytes, size_t size) {
    for (size_t i = 0; i < size; i++)
      memory[page->data_head++ % kBytes] = static_cast<const std::byte*>(bytes)[i];
  }
  void put_header(uint32_t type, size_t size) {
    const perf_event_header header = {type, 0, static_cast<uint16_t>(size)};
    put(&header, sizeof(header));
  }
  // As perf_output_sample() does: the raw bytes are filled up to a multiple of 8, with their
  // length.
  void put_sample(const std::vector<uint8_t>& bytes) {
    const auto filled = static_cast<uint32_t>((bytes.size() + 4 + 7) / 8 * 8 - 4);
    put_header(PERF_RECORD_SAMPLE, sizeof(perf_event_header) + 4 + filled);
    put(&filled, sizeof(filled));
    put(bytes.data(), bytes.size());
    const std::array<uint8_t, 8> fill = {};
    put(fill.data(), filled - bytes.size());
  }
  void put_event(uint64_t serial) {
    const pwru_event event = FakeRing::event(serial, serial);
    std::vector<uint8_t> bytes(sizeof(event));
    std::memcpy(bytes.data(), &event, sizeof(event));
    put_sample(bytes);
  }

  std::vector<std::byte> next() {
    const auto record = ring.next();
    EXPECT_TRUE(record) << record.error().what;
    if (!record || !*record) return {};
    return {(*record)->begin(), (*record)->end()};
  }
  std::string refusal() {
    const auto record = ring.next();
    return record ? "" : record.error().what;
  }

  std::unique_ptr<perf_event_mmap_page> page = std::make_unique<perf_event_mmap_page>();
  std::vector<std::byte> memory = std::vector<std::byte>(kBytes);
  PerfRing ring{*page, memory};
};

TEST_F(PerfRingTest, NothingThere) { EXPECT_EQ(next().size(), 0u); }

TEST_F(PerfRingTest, RecordsOfAnyLengthAcrossTheEnd) {
  for (size_t size = 1; size < 200; size++) {
    std::vector<uint8_t> bytes(size);
    std::iota(bytes.begin(), bytes.end(), static_cast<uint8_t>(size));
    put_sample(bytes);
    const std::vector<std::byte> read = next();
    ASSERT_GE(read.size(), size);
    ASSERT_EQ(std::memcmp(read.data(), bytes.data(), size), 0);
    ASSERT_NE(page->data_tail, page->data_head);
    ASSERT_EQ(next(), read);  // it was not given back
    ring.release();
    ASSERT_EQ(page->data_tail, page->data_head);
  }
  EXPECT_GT(page->data_head, 10 * kBytes);
}

// The programs count what they could not send, so the kernel's count is passed over.
TEST_F(PerfRingTest, RecordsOfOthersArePassedOver) {
  const std::array<uint64_t, 2> lost = {1, 7};
  put_header(PERF_RECORD_LOST, sizeof(perf_event_header) + sizeof(lost));
  put(lost.data(), sizeof(lost));
  EXPECT_EQ(next().size(), 0u);
  EXPECT_EQ(page->data_tail, page->data_head);
}

TEST_F(PerfRingTest, WhatCannotBeARecord) {
  put_header(PERF_RECORD_SAMPLE, 4);
  EXPECT_EQ(refusal(), "read a perf buffer: a record of 4 bytes is none");
  page->data_tail = page->data_head;
  put_header(PERF_RECORD_SAMPLE, 64);
  EXPECT_EQ(refusal(), "read a perf buffer: a record of 64 bytes is none");
  page->data_tail = page->data_head;
  put_header(PERF_RECORD_SAMPLE, sizeof(perf_event_header) + 8);
  const std::array<uint32_t, 2> too_long = {5, 0};
  put(too_long.data(), sizeof(too_long));
  EXPECT_EQ(refusal(), "read a perf buffer: 5 bytes are no event");
  page->data_tail = page->data_head;
  put_header(PERF_RECORD_SAMPLE, sizeof(perf_event_header));
  EXPECT_EQ(refusal(), "read a perf buffer: 0 bytes are no event");
}

class CarryOverTest : public PerfRingTest {
 protected:
  pwru_ring positions = {};
  std::vector<std::byte> room = std::vector<std::byte>(FakeRing::kLayout.ring_bytes);
  RingWriter writer{positions, room.data(), FakeRing::kLayout};
  Ring reader{positions, room.data(), FakeRing::kLayout};
};

TEST_F(CarryOverTest, WhatIsWrittenIsRead) {
  uint64_t position = 0;
  for (uint64_t serial = 1; serial < 2000; serial++) {
    put_event(serial);
    const auto has_more = carry_over(ring, writer);
    ASSERT_TRUE(has_more);
    ASSERT_FALSE(*has_more);
    const auto record = reader.read(position);
    ASSERT_TRUE(record) << record.error().what;
    ASSERT_EQ(reinterpret_cast<const pwru_event*>(record->bytes.data())->packet_id, serial);
    reader.release(position = record->end);
    ASSERT_EQ(position, reader.reserved_until());
  }
}

TEST_F(CarryOverTest, WhatDoesNotFitWaits) {
  uint64_t serial = 1;
  for (;; serial++) {
    put_event(serial);
    const auto has_more = carry_over(ring, writer);
    ASSERT_TRUE(has_more);
    if (*has_more) break;
  }
  EXPECT_GT(serial, FakeRing::kLayout.ring_bytes / 2 / sizeof(pwru_event));
  EXPECT_NE(page->data_tail, page->data_head);
  reader.release(reader.reserved_until());
  const uint64_t position = reader.reserved_until();
  const auto has_more = carry_over(ring, writer);
  ASSERT_TRUE(has_more);
  EXPECT_FALSE(*has_more);
  const auto record = reader.read(position);
  ASSERT_TRUE(record);
  EXPECT_EQ(reinterpret_cast<const pwru_event*>(record->bytes.data())->packet_id, serial);
}

TEST_F(CarryOverTest, WhatIsNoEventIsAnError) {
  put_sample(std::vector<uint8_t>(16));
  const auto has_more = carry_over(ring, writer);
  ASSERT_FALSE(has_more);
  EXPECT_EQ(has_more.error().what, "read a perf buffer: a record of 0 bytes is no event");
}

}  // namespace
}  // namespace pwru::event
