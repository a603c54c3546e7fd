// SPDX-License-Identifier: Apache-2.0
#include "event/reader.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <ctime>
#include <functional>
#include <limits>
#include <ostream>
#include <random>
#include <thread>
#include <utility>

#include "event/fake_ring_for_test.h"
#include "event/wire_for_test.h"

namespace pwru::event {
namespace {

constexpr uint64_t kFuture = std::numeric_limits<uint64_t>::max() / 2;

uint64_t now_ns() {
  timespec now = {};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

// One event or loss that the consumer was given.
struct Report {
  uint64_t serial = 0;  // of an event, 0 for a loss
  uint32_t cpu = 0;
  uint64_t lost = 0;
  uint64_t since_ns = 0;
  uint64_t ts_ns = 0;  // of the event; where the loss ends

  bool operator==(const Report&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Report& reported) {
  if (!reported.lost)
    return out << "event " << reported.serial << " @" << reported.ts_ns << " on " << reported.cpu;
  return out << reported.lost << " lost on " << reported.cpu << " " << reported.since_ns << ".."
             << reported.ts_ns;
}

Report reported_event(uint64_t ts_ns, uint64_t serial, uint32_t cpu = 0) {
  return {serial, cpu, 0, 0, ts_ns};
}
Report reported_loss(uint32_t cpu, uint64_t count, uint64_t since_ns, uint64_t until_ns) {
  return {0, cpu, count, since_ns, until_ns};
}

class Recorder : public Consumer {
 public:
  Result<bool> event(const Event& event) override {
    reported.push_back(reported_event(event.ts_ns, event.packet_id, event.cpu));
    if (on_event) on_event();
    return reported.size() != stop_after;
  }
  Result<bool> lost(const Loss& loss) override {
    reported.push_back(reported_loss(loss.cpu, loss.count, loss.since_ns, loss.until_ns));
    return reported.size() != stop_after;
  }

  std::vector<Report> reported;
  size_t stop_after = 0;  // answers false to the one of this number; 0: to none
  std::function<void()> on_event;
};

class ReaderTest : public testing::Test {
 protected:
  static constexpr size_t kCpus = 3;

  ReaderTest() {
    for (size_t cpu = 0; cpu < kCpus; cpu++)
      rings.emplace_back(shared->ring[cpu], memory.data() + cpu * FakeRing::kLayout.ring_bytes);
    reader = std::make_unique<Reader>(*shared, memory, FakeRing::kLayout, PartSizes{});
  }

  // Drains, and says what came of it.
  std::vector<Report> drained(bool is_last = false) {
    const size_t before = recorder.reported.size();
    const auto goes_on = reader->drain(recorder, is_last);
    EXPECT_TRUE(goes_on) << goes_on.error().what;
    EXPECT_TRUE(!goes_on || *goes_on);
    return {recorder.reported.begin() + static_cast<ptrdiff_t>(before), recorder.reported.end()};
  }

  std::unique_ptr<pwru_shared> shared = std::make_unique<pwru_shared>();
  std::vector<std::byte> memory = std::vector<std::byte>(kCpus * FakeRing::kLayout.ring_bytes);
  std::vector<FakeRing> rings;
  std::unique_ptr<Reader> reader;
  Recorder recorder;
};

using List = std::vector<Report>;

TEST_F(ReaderTest, APathComesBeforeItsEvent) {
  Wire wire = core(PWRU_PART_PATH);
  put_path(wire, 2);
  wire.put<uint64_t>(0, 5000).put<uint32_t>(44, 0).put<uint16_t>(
      42, static_cast<uint16_t>(wire.size()));
  rings[0].add(2000, 1);
  rings[1].write(rings[1].reserve(static_cast<uint32_t>(wire.size())), wire.data(), wire.size());
  rings[1].commit();
  const uint64_t packet = 5ull << 48 | 7;
  EXPECT_EQ(drained(), (List{reported_event(2000, 1), reported_event(1001, packet, 0),
                             reported_event(1002, packet, 1), reported_event(5000, packet, 1)}));
}

TEST_F(ReaderTest, NothingThere) {
  EXPECT_EQ(drained(), List{});
  EXPECT_EQ(drained(true), List{});
}

TEST_F(ReaderTest, CpusAreMergedByTime) {
  rings[0].add(10, 1), rings[0].add(20, 2), rings[0].add(70, 3);
  rings[1].add(15, 4), rings[1].add(16, 5), rings[1].add(80, 6);
  rings[2].add(5, 7);
  EXPECT_EQ(drained(),
            (List{reported_event(5, 7, 2), reported_event(10, 1), reported_event(15, 4, 1),
                  reported_event(16, 5, 1), reported_event(20, 2), reported_event(70, 3),
                  reported_event(80, 6, 1)}));
  EXPECT_EQ(drained(), List{});
  for (const FakeRing& ring : rings) EXPECT_EQ(ring.consumed(), ring.produced());
}

// Two events of one nanosecond stay in the order of their ring.
TEST_F(ReaderTest, EqualTimes) {
  rings[1].add(10, 1), rings[1].add(10, 2);
  rings[0].add(10, 3);
  EXPECT_EQ(drained(),
            (List{reported_event(10, 3), reported_event(10, 1, 1), reported_event(10, 2, 1)}));
}

TEST_F(ReaderTest, SwappedNeighboursArePutRight) {
  rings[0].add(10, 1), rings[0].add(30, 2), rings[0].add(20, 3), rings[0].add(40, 4);
  rings[1].add(25, 5);
  EXPECT_EQ(drained(), (List{reported_event(10, 1), reported_event(20, 3), reported_event(25, 5, 1),
                             reported_event(30, 2), reported_event(40, 4)}));
  EXPECT_EQ(rings[0].consumed(), rings[0].produced());
}

TEST_F(ReaderTest, WhatIsYoungerThanTheDrainIsHeldBack) {
  rings[0].add(10, 1);
  const uint64_t held_back_at = rings[0].add(kFuture + 2, 2);
  rings[1].add(kFuture + 1, 3);
  EXPECT_EQ(drained(), (List{reported_event(10, 1)}));
  EXPECT_LE(rings[0].consumed(), held_back_at);
  EXPECT_EQ(drained(), List{});
  rings[0].add(20, 4);  // an interrupted neighbour of the one held back
  EXPECT_EQ(drained(), (List{reported_event(20, 4)}));
  EXPECT_LE(rings[0].consumed(), held_back_at);
  EXPECT_EQ(drained(true),
            (List{reported_event(kFuture + 1, 3, 1), reported_event(kFuture + 2, 2)}));
  EXPECT_EQ(rings[0].consumed(), rings[0].produced());
}

TEST_F(ReaderTest, WhatWasHeldBackComesOutInTime) {
  const uint64_t ts_ns = now_ns() + 20'000'000;
  rings[0].add(ts_ns, 1);
  while (recorder.reported.empty()) {
    const List reported = drained();
    EXPECT_TRUE(reported.empty() || now_ns() >= ts_ns);
  }
  EXPECT_EQ(recorder.reported, (List{reported_event(ts_ns, 1)}));
}

TEST_F(ReaderTest, WhatMayBeOvertakenIsHeldBackLonger) {
  const uint64_t ts_ns = now_ns();
  reader->hold_back(ts_ns / 2);
  rings[0].add(ts_ns, 1);
  EXPECT_EQ(drained(), List{});
  rings[1].add(ts_ns - 1, 2);  // it was sent later
  EXPECT_EQ(drained(true), (List{reported_event(ts_ns - 1, 2, 1), reported_event(ts_ns, 1)}));
}

TEST_F(ReaderTest, ARecordBeingWrittenIsWaitedFor) {
  rings[0].add(10, 1);
  const uint64_t position = rings[0].reserve(sizeof(pwru_event));
  std::atomic<bool> is_draining = false;
  std::thread producer([&] {
    while (!is_draining) ::sched_yield();
    for (int i = 0; i < 1000; i++) ::sched_yield();
    const pwru_event event = FakeRing::event(20, 2);
    rings[0].write(position, &event, sizeof(event));
    rings[0].commit();
  });
  is_draining = true;
  EXPECT_EQ(drained(), (List{reported_event(10, 1), reported_event(20, 2)}));
  producer.join();
}

TEST_F(ReaderTest, TheBellIsAskedForOnlyWhileAllIsEmpty) {
  EXPECT_TRUE(reader->ask_for_bell());
  EXPECT_EQ(shared->wake_bytes, 0u);
  rings[2].add(10, 1);
  EXPECT_FALSE(reader->ask_for_bell());
  EXPECT_EQ(shared->wake_bytes, PWRU_READER_IS_AWAKE);
  drained();
  EXPECT_TRUE(reader->ask_for_bell());
  rings[1].add(kFuture, 2);
  drained();
  EXPECT_FALSE(reader->ask_for_bell());  // it is held back, and must be looked for again
}

TEST_F(ReaderTest, ARecordTooShortIsAnError) {
  rings[0].add(10, 1);
  pwru_event event = FakeRing::event(20, 2);
  event.bytes = 16;
  rings[0].add(event);
  const auto goes_on = reader->drain(recorder);
  ASSERT_FALSE(goes_on);
  EXPECT_EQ(goes_on.error().what, "read a ring buffer: a record of 16 bytes is no event");
}

TEST_F(ReaderTest, LossesAreToldBeforeTheEventThatKnows) {
  rings[0].add(10, 1), rings[0].add(20, 2, 5), rings[0].add(30, 3, 5);
  rings[1].add(15, 4, 1), rings[1].add(25, 5, 3);
  EXPECT_EQ(drained(),
            (List{reported_event(10, 1), reported_loss(1, 1, 0, 15), reported_event(15, 4, 1),
                  reported_loss(0, 5, 10, 20), reported_event(20, 2), reported_loss(1, 2, 15, 25),
                  reported_event(25, 5, 1), reported_event(30, 3)}));
  rings[0].add(40, 6, 6);
  EXPECT_EQ(drained(), (List{reported_loss(0, 1, 30, 40), reported_event(40, 6)}));
}

// The loss lies before the earlier of two swapped neighbours, and never ends before it begins.
TEST_F(ReaderTest, LossesAmongSwappedNeighbours) {
  rings[0].add(10, 1), rings[0].add(30, 2, 4), rings[0].add(20, 3, 4);
  EXPECT_EQ(drained(), (List{reported_event(10, 1), reported_loss(0, 4, 10, 20),
                             reported_event(20, 3), reported_event(30, 2)}));
  rings[0].add(60, 4, 4), rings[0].add(50, 5, 7);  // the interrupted one has read less
  EXPECT_EQ(drained(),
            (List{reported_loss(0, 3, 30, 50), reported_event(50, 5), reported_event(60, 4)}));
}

TEST_F(ReaderTest, TheLossOfAnEventHeldBackIsToldWithIt) {
  rings[0].add(kFuture, 1, 2);
  EXPECT_EQ(drained(), List{});
  EXPECT_EQ(drained(true), (List{reported_loss(0, 2, 0, kFuture), reported_event(kFuture, 1)}));
}

TEST_F(ReaderTest, TheLossCounterWraps) {
  // Steps of less than 2^31, as losses between two events are.
  rings[0].add(10, 1, 0x7fffffff), rings[0].add(20, 2, 0xfffffffe), rings[0].add(30, 3, 4);
  EXPECT_EQ(drained(), (List{reported_loss(0, 0x7fffffff, 0, 10), reported_event(10, 1),
                             reported_loss(0, 0x7fffffff, 10, 20), reported_event(20, 2),
                             reported_loss(0, 6, 20, 30), reported_event(30, 3)}));
  shared->ring[0].lost = (1ull << 32) + 5;
  ASSERT_TRUE(reader->report_rest(recorder));
  EXPECT_EQ(recorder.reported.back(), reported_loss(0, 1, 30, 0));
}

TEST_F(ReaderTest, LossesThatNoEventTold) {
  rings[1].add(10, 1, 3);
  EXPECT_EQ(drained(true), (List{reported_loss(1, 3, 0, 10), reported_event(10, 1, 1)}));
  recorder.reported.clear();
  shared->ring[1].lost = 5, shared->ring[2].lost = 7;
  const auto goes_on = reader->report_rest(recorder);
  ASSERT_TRUE(goes_on);
  EXPECT_TRUE(*goes_on);
  EXPECT_EQ(recorder.reported, (List{reported_loss(1, 2, 10, 0), reported_loss(2, 7, 0, 0)}));
  recorder.reported.clear();
  ASSERT_TRUE(reader->report_rest(recorder));
  EXPECT_EQ(recorder.reported, List{});
}

TEST_F(ReaderTest, AConsumerThatStopsAtTheRest) {
  recorder.stop_after = 1;
  shared->ring[0].lost = 1, shared->ring[1].lost = 1;
  const auto goes_on = reader->report_rest(recorder);
  ASSERT_TRUE(goes_on);
  EXPECT_FALSE(*goes_on);
  EXPECT_EQ(recorder.reported, (List{reported_loss(0, 1, 0, 0)}));
}

// Wherever it stops: nothing more is reported, and what comes later continues there, nothing twice.
TEST_F(ReaderTest, AConsumerMayStopAnywhere) {
  const List all = {reported_event(10, 1),    reported_loss(1, 1, 0, 15),
                    reported_event(15, 4, 1), reported_event(20, 3),
                    reported_event(30, 2),    reported_loss(1, 2, 15, 35),
                    reported_event(35, 5, 1)};
  rings[0].add(10, 1), rings[0].add(30, 2), rings[0].add(20, 3);
  rings[1].add(15, 4, 1), rings[1].add(35, 5, 3);
  for (size_t stop = 1; stop <= all.size(); stop++) {
    recorder.stop_after = stop;
    const auto goes_on = reader->drain(recorder);
    ASSERT_TRUE(goes_on);
    EXPECT_FALSE(*goes_on);
    EXPECT_EQ(recorder.reported, List(all.begin(), all.begin() + static_cast<ptrdiff_t>(stop)));
  }
  recorder.stop_after = 0;
  EXPECT_EQ(drained(), List{});
  for (const FakeRing& ring : rings) EXPECT_EQ(ring.consumed(), ring.produced());
}

TEST_F(ReaderTest, WrapAround) {
  uint64_t serial = 0;
  for (int round = 0; round < 20; round++) {
    // Of a size that does not divide a chunk, so that the rest of it is left out.
    while (rings[0].has_room(sizeof(pwru_event) + 8)) {
      pwru_event event = FakeRing::event(serial + 1, serial + 1);
      event.bytes += 8;
      rings[0].add(event);
      serial++;
    }
    drained();
    ASSERT_EQ(rings[0].consumed(), rings[0].produced());
    rings[0].scribble_on_consumed();
  }
  ASSERT_GT(rings[0].produced(), 10 * FakeRing::kLayout.ring_bytes);
  ASSERT_EQ(recorder.reported.size(), serial);
  for (uint64_t i = 0; i < serial; i++)
    ASSERT_EQ(recorder.reported[i], reported_event(i + 1, i + 1));
}

// The kernel gets space back while a drain goes on, also when neighbours were swapped, but never
// what is still to be read.
TEST_F(ReaderTest, SpaceIsGivenBackDuringADrain) {
  constexpr uint64_t kEvents = 500;
  std::vector<uint64_t> begin_of(kEvents + 1);
  for (uint64_t i = 1; i + 1 <= kEvents; i += 2) {
    const bool is_swapped = i % 11 == 0 || i % 128 == 127;
    begin_of[i + is_swapped] = rings[0].add(i + is_swapped, i + is_swapped);
    begin_of[i + !is_swapped] = rings[0].add(i + !is_swapped, i + !is_swapped);
  }
  const uint64_t some = FakeRing::kLayout.ring_bytes / 3;
  recorder.on_event = [&] {
    const uint64_t reported = recorder.reported.back().serial;
    for (uint64_t later = reported + 1; later <= kEvents; later++)
      ASSERT_LE(rings[0].consumed(), begin_of[later]);
    ASSERT_LE(begin_of[reported], rings[0].consumed() + some);
    rings[0].scribble_on_consumed();
  };
  drained();
  EXPECT_EQ(recorder.reported.size(), kEvents);
}

// Random work: bursts on all CPUs, swapped neighbours, records of any length, events at the edge of
// what is held back, consumers that stop. Records given back are overwritten at once.
TEST_F(ReaderTest, NothingIsMissingOrTwiceOrOutOfOrder) {
  std::mt19937_64 random(1);
  uint64_t serial = 0;
  uint64_t ts_ns = 0;
  recorder.on_event = [this] {
    for (FakeRing& ring : rings) ring.scribble_on_consumed();
  };
  const auto fill = [&](FakeRing& ring) {
    for (auto count = random() % 20; count && ring.has_room(4 * FakeRing::kLayout.record_max_bytes);
         count--) {
      ts_ns += random() % 100;
      if (random() % 8 == 0) {
        pwru_event longer = FakeRing::event(ts_ns, ++serial);
        longer.bytes = static_cast<uint16_t>(longer.bytes + 8 * (random() % 40));
        ring.add(longer);
      }
      if (random() % 5 == 0) {
        ring.add(ts_ns + 1, ++serial);
        ring.add(ts_ns++, ++serial);
      } else {
        ring.add(ts_ns, ++serial);
      }
    }
  };
  for (int round = 0; round < 3000; round++) {
    ts_ns = std::max(ts_ns, now_ns());
    for (FakeRing& ring : rings) fill(ring);
    recorder.stop_after = random() % 4 == 0 ? recorder.reported.size() + 1 + random() % 30 : 0;
    ASSERT_TRUE(reader->drain(recorder));
    recorder.on_event();
  }
  recorder.stop_after = 0;
  drained(true);
  ASSERT_EQ(recorder.reported.size(), serial);
  std::vector<bool> is_reported(serial + 1);
  uint64_t last_ns = 0;
  for (const Report& reported : recorder.reported) {
    ASSERT_TRUE(reported.serial >= 1 && reported.serial <= serial) << reported;
    ASSERT_FALSE(is_reported[reported.serial]) << reported;
    ASSERT_GE(reported.ts_ns, last_ns) << reported;
    is_reported[reported.serial] = true;
    last_ns = reported.ts_ns;
  }
}

}  // namespace
}  // namespace pwru::event
