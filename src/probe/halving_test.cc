// SPDX-License-Identifier: Apache-2.0
#include "probe/halving.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <set>

namespace pwru::probe {
namespace {

// A kernel that refuses some functions, and takes no more than so many calls.
class FakeKernel {
 public:
  explicit FakeKernel(std::set<size_t> refused, size_t room = SIZE_MAX)
      : refused_(std::move(refused)), room_(room) {}

  int attach(Range range) {
    calls_++;
    if (links_ == room_) return EMFILE;
    for (size_t i = range.begin; i < range.end; i++)
      if (refused_.contains(i)) return i % 2 ? EINVAL : EBUSY;
    links_++;
    for (size_t i = range.begin; i < range.end; i++)
      EXPECT_TRUE(attached_.insert(i).second) << i << " is attached twice";
    return 0;
  }

  std::vector<Refused> attach_all(size_t count) {
    return attach_by_halves(count, [this](Range range) { return attach(range); });
  }

  [[nodiscard]] const std::set<size_t>& attached() const { return attached_; }
  [[nodiscard]] size_t calls() const { return calls_; }

 private:
  std::set<size_t> refused_, attached_;
  size_t room_, calls_ = 0, links_ = 0;
};

TEST(Halving, OneCallWhenNothingIsRefused) {
  FakeKernel kernel({});
  EXPECT_TRUE(kernel.attach_all(1000).empty());
  EXPECT_EQ(kernel.calls(), 1u);
  EXPECT_EQ(kernel.attached().size(), 1000u);
  EXPECT_TRUE(kernel.attach_all(0).empty());
  EXPECT_EQ(kernel.calls(), 1u);
}

TEST(Halving, WhateverIsRefusedStandsAlone) {
  for (const std::set<size_t>& refused :
       {std::set<size_t>{0}, {999}, {0, 1, 999}, {499, 500}, {7, 123, 124, 600}}) {
    FakeKernel kernel(refused);
    const auto left = kernel.attach_all(1000);
    ASSERT_EQ(left.size(), refused.size());
    for (const Refused& one : left) {
      EXPECT_EQ(one.range.size(), 1u);
      EXPECT_TRUE(refused.contains(one.range.begin));
      EXPECT_EQ(one.code, one.range.begin % 2 ? EINVAL : EBUSY);
    }
    EXPECT_EQ(kernel.attached().size() + refused.size(), 1000u);
    EXPECT_LE(kernel.calls(), 1 + refused.size() * 2 * 10);  // 10: halves of 1000
  }
}

TEST(Halving, AllAreRefused) {
  FakeKernel kernel({0, 1, 2, 3, 4});
  EXPECT_EQ(kernel.attach_all(5).size(), 5u);
  EXPECT_TRUE(kernel.attached().empty());
}

// No file is left: every other call would fail as well.
TEST(Halving, WhatIsAboutAllEndsIt) {
  FakeKernel kernel({600}, 1);
  const auto left = kernel.attach_all(1000);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].code, EMFILE);
  EXPECT_EQ(left[0].range.begin, 500u);
  EXPECT_EQ(left[0].range.end, 1000u);
  EXPECT_EQ(kernel.attached().size(), 500u);
  EXPECT_EQ(kernel.calls(), 3u);
}

}  // namespace
}  // namespace pwru::probe
