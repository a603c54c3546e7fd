// SPDX-License-Identifier: Apache-2.0
#include "session/session.h"

#include <gtest/gtest.h>

#include <string>

#include "output/file/outlet.h"
#include "resolve/fake_kernel_for_test.h"

namespace pwru {
namespace {

using event::Counter;
using event::Counters;

// Hands over `events` events and then `losses`, in one drain.
class FakeSource : public event::Source {
 public:
  Result<bool> drain(event::Consumer& consumer, bool) override {
    while (events > 0) {
      events--;
      event::Event event;
      event.has_stack_failed = events % 2 == 0;
      PWRU_ASSIGN(const bool goes_on, consumer.event(event));
      if (!goes_on) return false;
    }
    return true;
  }
  Result<bool> report_rest(event::Consumer& consumer) override {
    if (lost == 0) return true;
    return consumer.lost({0, lost, 0, 0});
  }
  // A session that has drained all of it would wait for ever.
  void wait(bool) override { ADD_FAILURE() << "the session waits for more"; }

  uint64_t events = 0;
  uint64_t lost = 0;
};

// Keeps what it was given; takes `room` events.
class FakeSink : public output::Sink {
 public:
  explicit FakeSink(uint64_t room = 1000, int code = ENOSPC) : room_(room), code_(code) {}

  Result<> begin() override { return {}; }
  Result<> event(const resolve::Record&) override {
    if (left_out < to_leave_out) {
      left_out++;
      return {};
    }
    if (printed == room_) return fail("write the output: full", ExitCode::Failed, code_);
    printed++;
    return {};
  }
  Result<> lost(const event::Loss& loss) override {
    reported_lost += loss.count;
    return {};
  }
  Result<> missed(const event::Miss&) override { return {}; }
  Result<> summary(const Counters& counters) override {
    summaries++;
    last = counters;
    return {};
  }
  Result<> flush() override { return {}; }
  uint64_t events_written() const override { return printed; }
  uint64_t events_left_out() const override { return left_out; }

  uint64_t printed = 0;
  uint64_t to_leave_out = 0, left_out = 0;
  uint64_t reported_lost = 0;
  unsigned summaries = 0;
  Counters last;

 private:
  uint64_t room_;
  int code_;
};

const Session::AddLosses kNothingLost = [](Counters&) {};

TEST(Session, CountsWhatEachStageSays) {
  FakeSource source;
  const resolve::FakeKernel kernel;
  resolve::Resolver resolver = kernel.resolver();
  source.events = 10;
  source.lost = 3;
  FakeSink sink;
  Session session(
      source, resolver, {&sink}, [](Counters& all) { all[Counter::Evicted] += 7; }, 0);
  EXPECT_TRUE(session.finish());
  EXPECT_TRUE(session.summarize());
  EXPECT_EQ(sink.printed, 10u);
  EXPECT_EQ(sink.reported_lost, 3u);
  EXPECT_EQ(sink.summaries, 1u);
  EXPECT_EQ(sink.last[Counter::Events], 10u);
  EXPECT_EQ(sink.last[Counter::FailedStacks], 5u);
  EXPECT_EQ(sink.last[Counter::Lost], 3u);
  EXPECT_EQ(sink.last[Counter::Evicted], 7u);
  EXPECT_EQ(sink.last[Counter::Unwritten], 0u);
}

// They are not what was asked for, so they count neither as printed nor as not written, nor for the
// limit.
TEST(Session, WhatASinkLeavesOutIsNotMissing) {
  FakeSource source;
  const resolve::FakeKernel kernel;
  resolve::Resolver resolver = kernel.resolver();
  source.events = 10;
  FakeSink sink;
  sink.to_leave_out = 4;
  Session session(source, resolver, {&sink}, kNothingLost, 3);
  EXPECT_TRUE(session.finish());
  EXPECT_TRUE(session.summarize());
  EXPECT_EQ(sink.printed, 3u);
  EXPECT_EQ(sink.last[Counter::Events], 3u);
  EXPECT_EQ(sink.last[Counter::Unwritten], 0u);
}

TEST(Session, EverySinkGetsEverything) {
  FakeSource source;
  const resolve::FakeKernel kernel;
  resolve::Resolver resolver = kernel.resolver();
  source.events = 4;
  source.lost = 1;
  FakeSink first, second;
  Session session(source, resolver, {&first, &second}, kNothingLost, 0);
  EXPECT_TRUE(session.finish());
  EXPECT_TRUE(session.summarize());
  EXPECT_EQ(first.printed, 4u);
  EXPECT_EQ(second.printed, 4u);
  EXPECT_EQ(second.reported_lost, 1u);
  EXPECT_EQ(second.summaries, 1u);
}

TEST(Session, StopsAtTheLimit) {
  FakeSource source;
  const resolve::FakeKernel kernel;
  resolve::Resolver resolver = kernel.resolver();
  source.events = 10;
  FakeSink sink;
  Session session(source, resolver, {&sink}, kNothingLost, 4);
  EXPECT_TRUE(session.listen());
  EXPECT_TRUE(session.finish());
  EXPECT_EQ(sink.printed, 4u);
  EXPECT_EQ(source.events, 6u);
}

// What could not be written is counted, so that the numbers add up to all events that there were.
TEST(Session, AFullOutputEndsTheTraceAndIsCounted) {
  FakeSource source;
  const resolve::FakeKernel kernel;
  resolve::Resolver resolver = kernel.resolver();
  source.events = 10;
  FakeSink full(6), other;
  Session session(source, resolver, {&other, &full}, kNothingLost, 0);
  EXPECT_TRUE(session.listen());
  EXPECT_TRUE(session.finish());
  const auto summarized = session.summarize();
  ASSERT_FALSE(summarized);
  EXPECT_EQ(summarized.error().code, ENOSPC);
  EXPECT_EQ(full.last[Counter::Events], 6u);
  EXPECT_EQ(full.last[Counter::Unwritten], 4u);
}

TEST(Session, AClosedPipeIsAQuietEndWithoutASummary) {
  FakeSource source;
  const resolve::FakeKernel kernel;
  resolve::Resolver resolver = kernel.resolver();
  source.events = 10;
  FakeSink closed(6, EPIPE);
  Session session(source, resolver, {&closed}, kNothingLost, 0);
  EXPECT_TRUE(session.listen());
  EXPECT_TRUE(session.finish());
  EXPECT_TRUE(session.summarize());
  EXPECT_EQ(closed.summaries, 0u);
}

TEST(Session, AReaderThatSleepsGetsNoSummary) {
  FakeSource source;
  const resolve::FakeKernel kernel;
  resolve::Resolver resolver = kernel.resolver();
  source.events = 2;
  FakeSink asleep(1, output::kNobodyReads);
  Session session(source, resolver, {&asleep}, kNothingLost, 0);
  EXPECT_TRUE(session.listen());
  EXPECT_FALSE(session.summarize());
  EXPECT_EQ(asleep.summaries, 0u);
}

}  // namespace
}  // namespace pwru
