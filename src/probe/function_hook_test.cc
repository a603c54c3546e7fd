// SPDX-License-Identifier: Apache-2.0
#include "probe/function_hook.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace pwru::probe {
namespace {

Group group_of(const std::vector<std::string>& functions) {
  Group group;
  for (const std::string& function : functions)
    group.sites.push_back({.name = function, .module = ""});
  return group;
}

// The kernel of this one refuses functions whose name begins with "bad".
class FakeFunctionHook : public FunctionHook {
 public:
  using FunctionHook::FunctionHook;
  ~FakeFunctionHook() override = default;
  std::string_view name() const override { return "fake"; }

  bool has_failed = false;
  bool stands_at_start = true;  // each probe
  size_t begun = 0;
  size_t finished = 0;

 protected:
  Result<> begin(const Plan&) override {
    begun++;
    return {};
  }
  void finish() override { finished++; }
  Result<> attach_group(const Group& group, const OnDone& on_done, Attached& attached) override {
    if (has_failed) return fail("attach a group");
    stands_at_start = stands_at_start && group.must_stand_at_start;
    size_t done = 0;
    for (const kernel::Site& site : group.sites) {
      if (site.name.starts_with("bad"))
        attached.left_out["refused"]++;
      else
        attached.count++;
      on_done(++done);
    }
    return {};
  }
};

Plan plan_of(std::vector<Group> groups) {
  Plan plan;
  plan.groups = std::move(groups);
  return plan;
}

TEST(FunctionHook, CountsWhatIsLeftOutBeforeAndByTheKernel) {
  Plan plan = plan_of({group_of({"a", "bad1"}), group_of({"b"})});
  plan.left_out = {{"inlined", 2}, {"refused", 1}};
  FakeFunctionHook hook(std::move(plan));
  std::vector<size_t> progress;
  const auto attached = hook.attach([&](size_t done, size_t total) {
    EXPECT_EQ(total, 3u);
    progress.push_back(done);
  });
  ASSERT_TRUE(attached);
  EXPECT_EQ(attached->count, 2u);
  EXPECT_EQ(kernel::describe(attached->left_out), "2 inlined, 2 refused");
  EXPECT_FALSE(attached->is_interrupted);
  EXPECT_EQ(progress, (std::vector<size_t>{1, 2, 2, 3, 3}));
  EXPECT_EQ(hook.finished, 1u);
}

TEST(FunctionHook, NothingAttachedIsAnError) {
  FakeFunctionHook hook(plan_of({group_of({"bad1", "bad2"})}));
  const auto attached = hook.attach([](size_t, size_t) {});
  ASSERT_FALSE(attached);
  EXPECT_EQ(attached.error().what, "attach to 2 functions: 2 refused");
}

TEST(FunctionHook, NothingWantedIsNone) {
  FakeFunctionHook hook(Plan{});
  EXPECT_TRUE(hook.attach([](size_t, size_t) {}));
}

TEST(FunctionHook, FinishesAfterAnError) {
  FakeFunctionHook hook(plan_of({group_of({"a"})}));
  hook.has_failed = true;
  EXPECT_FALSE(hook.attach([](size_t, size_t) {}));
  EXPECT_EQ(hook.finished, hook.begun);
}

// Behind the start of a function a probe may mislead the unwinder, which nobody can find out by
// then.
TEST(FunctionHook, WhatComesLaterStandsAtTheStartWhereStacksAreWanted) {
  Plan plan = plan_of({group_of({"a"})});
  plan.unwinds = true;
  FakeFunctionHook hook(std::move(plan));
  ASSERT_TRUE(hook.attach([](size_t, size_t) {}));
  EXPECT_FALSE(hook.stands_at_start);
  hook.stands_at_start = true;
  const auto more = hook.attach_more(plan_of({group_of({"b", "bad1"})}));
  ASSERT_TRUE(more);
  EXPECT_EQ(more->count, 1u);
  EXPECT_EQ(more->left_out.at("refused"), 1u);
  EXPECT_TRUE(hook.stands_at_start);
}

TEST(FunctionHook, AGroupThatIsRefusedAsAWhole) {
  EXPECT_EQ(
      check_refused_group("pwru_trace_1", group_of({"a", "b"}), EINVAL).error().what,
      "attach pwru_trace_1 to 2 functions: the kernel refused each of them: Invalid argument");
  EXPECT_EQ(check_refused_group("pwru_trace_1", group_of({"a"}), EEXIST).error().what,
            "attach pwru_trace_1 to a: the kernel refused it: File exists");
  // One function that cannot be probed is left out, as among many.
  EXPECT_TRUE(check_refused_group("pwru_trace_5", group_of({"a"}), EINVAL));
  Group end = group_of({"kfree_skbmem"});
  end.ends_ids = true;
  EXPECT_EQ(
      check_refused_group("pwru_release", end, EINVAL).error().what,
      "attach pwru_release to kfree_skbmem, where packets end: the kernel refused it; without "
      "--filter-track-skb it is not needed: Invalid argument");
}

}  // namespace
}  // namespace pwru::probe
