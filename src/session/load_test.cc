// SPDX-License-Identifier: Apache-2.0
#include "session/load.h"

#include <gtest/gtest.h>

#include <string>

namespace pwru {
namespace {

// A kernel that refuses the first programs, and perhaps the others too.
struct Kernel {
  bool takes_casts = true;
  bool takes_copies = true;
  bool casts = true;
  int loads = 0;

  Result<int> load() {
    loads++;
    if (casts ? takes_casts : takes_copies) return casts ? 1 : 2;
    return fail(casts ? "load the tracer: refused" : "load the tracer: refused again",
                ExitCode::NotSupported);
  }
  Result<int> load_or_copy(bool may_copy = true) {
    return pwru::load_or_copy(
        may_copy, [this] { return load(); },
        [this]() -> Result<> {
          casts = false;
          return {};
        });
  }
};

TEST(Load, WhatTheKernelTakesIsLoadedOnce) {
  Kernel kernel;
  testing::internal::CaptureStderr();
  EXPECT_EQ(*kernel.load_or_copy(), 1);
  EXPECT_EQ(kernel.loads, 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Load, WhereCastsAreRefusedMemoryIsCopied) {
  Kernel kernel;
  kernel.takes_casts = false;
  testing::internal::CaptureStderr();
  EXPECT_EQ(*kernel.load_or_copy(), 2);
  EXPECT_EQ(kernel.loads, 2);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("warning: load the tracer: refused; so kernel memory is"), std::string::npos)
      << said;
}

TEST(Load, CopiesAreTriedOnce) {
  Kernel kernel;
  kernel.takes_casts = kernel.takes_copies = false;
  testing::internal::CaptureStderr();
  const auto loaded = kernel.load_or_copy();
  testing::internal::GetCapturedStderr();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().what, "load the tracer: refused again");
  EXPECT_EQ(kernel.loads, 2);
}

TEST(Load, WithoutMemoryCopiesAreNotTried) {
  int loads = 0;
  testing::internal::CaptureStderr();
  const auto loaded = pwru::load_or_copy(
      true,
      [&]() -> Result<int> {
        loads++;
        return sys_fail("load the tracer", ENOMEM);
      },
      [] { return Result<>(); });
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_FALSE(loaded);
  EXPECT_EQ(loads, 1);
}

TEST(Load, WhereCopiesAreForbiddenTheErrorIsThatOfTheCasts) {
  Kernel kernel;
  kernel.takes_casts = false;
  constexpr bool kMayCopy = false;
  const auto loaded = kernel.load_or_copy(kMayCopy);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().what, "load the tracer: refused");
  EXPECT_EQ(kernel.loads, 1);
}

}  // namespace
}  // namespace pwru
