// SPDX-License-Identifier: Apache-2.0
// Records that no program of ours has written.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "event/wire_for_test.h"

namespace pwru::event {
namespace {

// bpf_get_stack() answers bytes, or a negative errno; neither may lead out of the array.
TEST(Decode, StackSizes) {
  const auto frames = [](int64_t size_bytes) {
    Wire wire = core(PWRU_PART_STACK);
    put_stack(wire, size_bytes, {1, 2, 3});
    const auto event = decode(wire.bytes(), kCpu, kSizes);
    EXPECT_TRUE(event);
    EXPECT_EQ(event->has_stack_failed, size_bytes < 0);
    return event ? event->stack.size() : SIZE_MAX;
  };
  EXPECT_EQ(frames(0), 0u);
  EXPECT_EQ(frames(-14), 0u);
  EXPECT_EQ(frames(24), 3u);
  EXPECT_EQ(frames(400), 50u);
  EXPECT_EQ(frames(408), 0u);
  EXPECT_EQ(frames(INT64_MAX), 0u);
  EXPECT_EQ(frames(INT64_MIN), 0u);
}

TEST(Decode, AnUnknownTypeIsAnError) {
  Wire wire = core(0);
  wire.put<uint16_t>(offsetof(pwru_event, type), PWRU_EVENT_TRACEPOINT);
  EXPECT_TRUE(decode(wire.bytes(), kCpu, kSizes));
  wire.put<uint16_t>(offsetof(pwru_event, type), PWRU_EVENT_TRACEPOINT + 1);
  const auto event = decode(wire.bytes(), kCpu, kSizes);
  ASSERT_FALSE(event);
  EXPECT_EQ(event.error().what, "decode an event of 120 bytes: there is no type 6");
}

TEST(Decode, TruncatedAtEveryLengthIsAnError) {
  for (const uint32_t part : {PWRU_PART_TUPLE4, PWRU_PART_TUPLE6}) {
    Wire whole = with_all_parts(part);
    for (size_t size = 0; size < whole.size(); size++) {
      // Memory of exactly that size, so that the sanitizer sees a read behind it.
      std::vector<uint64_t> words((size + 7) / 8);
      auto* const data = reinterpret_cast<std::byte*>(words.data());
      std::copy_n(whole.data(), size, data);
      const auto event = decode({data, size}, kCpu, kSizes);
      ASSERT_FALSE(event) << size;
      EXPECT_NE(event.error().what.find(std::to_string(size) + " bytes"), std::string::npos);
    }
    EXPECT_TRUE(decode(whole.bytes(), kCpu, kSizes));
  }
}

TEST(Decode, RandomBytesNeverLeadOutside) {
  std::mt19937_64 random(1);
  size_t accepted = 0;
  for (int round = 0; round < 40000; round++) {
    std::vector<uint64_t> words(random() % 110);
    std::generate(words.begin(), words.end(), random);
    if (constexpr size_t kTypeWord = offsetof(pwru_event, type) / 8; words.size() > kTypeWord)
      words[kTypeWord] &= ~(0xffffull << 8 * (offsetof(pwru_event, type) % 8));  // a known one
    const std::span bytes(reinterpret_cast<const std::byte*>(words.data()), words.size() * 8);
    const auto event = decode(bytes, kCpu, kSizes);
    if (!event) continue;
    accepted++;
    const auto is_inside = [&](const void* begin, size_t size) {
      const auto* at = static_cast<const std::byte*>(begin);
      return size == 0 || (at >= bytes.data() && at + size <= bytes.data() + bytes.size());
    };
    ASSERT_TRUE(is_inside(event->comm.data(), event->comm.size()));
    ASSERT_TRUE(is_inside(event->ifname.data(), event->ifname.size()));
    ASSERT_TRUE(is_inside(event->stack.data(), event->stack.size_bytes()));
    ASSERT_TRUE(is_inside(event->skb_bytes.data(), event->skb_bytes.size()));
    ASSERT_TRUE(is_inside(event->expr_bytes.data(), event->expr_bytes.size()));
    ASSERT_TRUE(is_inside(event->path.data(), event->path.size_bytes()));
  }
  EXPECT_GT(accepted, 1000u);
}

}  // namespace
}  // namespace pwru::event
