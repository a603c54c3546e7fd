// SPDX-License-Identifier: Apache-2.0
// The fixtures of tests that run generated code in the kernel.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "tests/filter/harness.h"

namespace pwru::test {

// Skips the test where BPF is not permitted. `Base` is testing::Test or a class derived from it.
template <class Base = testing::Test>
class HarnessTest : public Base {
 protected:
  void SetUp() override {
    auto harness = Harness::create();
    if (!harness && harness.error().exit == ExitCode::NotSupported)
      GTEST_SKIP() << "BPF is not permitted here: " << harness.error().what;
    ASSERT_TRUE(harness) << harness.error().what;
    harness_ = std::move(*harness);
  }
  [[nodiscard]] bool has_cast() const { return harness_->cast_ids().rdonly_cast_id != 0; }

  std::unique_ptr<Harness> harness_;
};

// A test of each way to read a packet. Skips Way::Cast where the kernel has no cast.
class WayTest : public HarnessTest<testing::TestWithParam<Way>> {
 protected:
  void SetUp() override {
    HarnessTest::SetUp();
    if (harness_ && GetParam() == Way::Cast && !has_cast())
      GTEST_SKIP() << "this kernel has no bpf_rdonly_cast";
  }
};

}  // namespace pwru::test
