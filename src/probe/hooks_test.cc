// SPDX-License-Identifier: Apache-2.0
#include "probe/hooks.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pwru::probe {
namespace {

using Calls = std::vector<std::string>;

class FakeHook : public Hook {
 public:
  FakeHook(std::string name, Calls& calls) : name_(std::move(name)), calls_(calls) {}
  ~FakeHook() override { calls_.push_back("end of " + name_); }

  std::string_view name() const override { return name_; }
  Result<Attached> attach(const OnProgress&) override {
    calls_.push_back("attach " + name_);
    if (has_failed) return fail("attach " + name_);
    Attached attached;
    attached.is_interrupted = is_interrupted;
    return attached;
  }
  void poll() override { calls_.push_back("poll " + name_); }
  program::MissCounts missed() const override { return {{name_, misses, 0}}; }
  void detach(const OnProgress&) override { calls_.push_back("detach " + name_); }

  bool has_failed = false;
  bool is_interrupted = false;
  uint64_t misses = 0;

 private:
  std::string name_;
  Calls& calls_;
};

class HooksTest : public ::testing::Test {
 protected:
  static Result<Attached> attach_one(Hook& hook) {
    return hook.attach([](size_t, size_t) {});
  }
  static void detach_one(Hook& hook) {
    hook.detach([](size_t, size_t) {});
  }
  FakeHook& add(const char* name) { return hooks_.add(std::make_unique<FakeHook>(name, calls_)); }

  Calls calls_;
  bool is_urgent_ = false;
  Hooks hooks_{[this] { return is_urgent_; }};
};

TEST_F(HooksTest, AreDetachedInTheOppositeOrder) {
  add("a"), add("b");
  const auto attached = hooks_.attach(attach_one);
  ASSERT_TRUE(attached);
  EXPECT_TRUE(*attached);
  hooks_.poll();
  hooks_.detach(detach_one);
  hooks_.poll();
  EXPECT_EQ(calls_, (Calls{"attach a", "attach b", "poll a", "poll b", "detach b", "detach a"}));
}

TEST_F(HooksTest, AStopHalfWayLeavesOutTheRest) {
  add("a"), add("b").is_interrupted = true, add("c");
  const auto attached = hooks_.attach(attach_one);
  ASSERT_TRUE(attached);
  EXPECT_FALSE(*attached);
  hooks_.detach(detach_one);
  EXPECT_EQ(calls_, (Calls{"attach a", "attach b", "detach b", "detach a"}));
}

TEST_F(HooksTest, AnErrorEndsTheAttach) {
  add("a").has_failed = true, add("b");
  const auto attached = hooks_.attach(attach_one);
  ASSERT_FALSE(attached);
  EXPECT_EQ(attached.error().what, "attach a");
  EXPECT_EQ(calls_, Calls{"attach a"});
}

TEST_F(HooksTest, MissesAreThoseOfAllThatAreAttached) {
  add("a").misses = 3, add("b").misses = 4;
  EXPECT_TRUE(hooks_.missed().empty());
  ASSERT_TRUE(hooks_.attach(attach_one));
  const program::MissCounts counts = hooks_.missed();
  ASSERT_EQ(counts.size(), 2u);
  EXPECT_EQ(counts[0].program, "a");
  EXPECT_EQ(counts[0].by_probe, 3u);
  EXPECT_EQ(counts[1].by_probe, 4u);
}

TEST_F(HooksTest, AnUrgentStopLeavesTheRestToTheDestructor) {
  {
    Hooks hooks([this] { return is_urgent_; });
    hooks.add(std::make_unique<FakeHook>("a", calls_));
    hooks.add(std::make_unique<FakeHook>("b", calls_));
    ASSERT_TRUE(hooks.attach(attach_one));
    calls_.clear();
    hooks.detach([&](Hook& hook) {
      detach_one(hook);
      is_urgent_ = true;
    });
    EXPECT_EQ(calls_, Calls{"detach b"});
  }
  EXPECT_EQ(calls_, (Calls{"detach b", "end of b", "end of a"}));
}

}  // namespace
}  // namespace pwru::probe
