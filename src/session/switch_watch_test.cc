// SPDX-License-Identifier: Apache-2.0
#include "session/switch_watch.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "base/file.h"

namespace pwru {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

// A switch, and a watch that has it for that of kprobes.
class SwitchWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    auto file = memfd_with("switch", "1\n");
    ASSERT_TRUE(file) << file.error().what;
    file_ = std::move(*file);
    watch_ = std::make_unique<SwitchWatch>(UniqueFd(), UniqueFd(::dup(file_.get())));
  }
  void turn(char to) { ASSERT_EQ(::pwrite(file_.get(), &to, 1, 0), 1); }

  UniqueFd file_;
  std::unique_ptr<SwitchWatch> watch_;
};

TEST_F(SwitchWatchTest, RemembersWhatIsOnAgain) {
  watch_->look(kSecond);
  EXPECT_FALSE(watch_->was_off());
  turn('0');
  watch_->look(2 * kSecond);
  turn('1');
  watch_->look(3 * kSecond);
  testing::internal::CaptureStderr();
  watch_->finish();
  EXPECT_NE(testing::internal::GetCapturedStderr().find("warning: events are missing: "),
            std::string::npos);
}

TEST_F(SwitchWatchTest, WarnsOnceWhileItIsOff) {
  turn('0');
  testing::internal::CaptureStderr();
  watch_->look(kSecond);
  EXPECT_NE(testing::internal::GetCapturedStderr(), "");
  testing::internal::CaptureStderr();
  watch_->look(2 * kSecond);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(SwitchWatchTest, LooksOnceASecond) {
  watch_->look(kSecond);
  turn('0');
  watch_->look(kSecond + kSecond / 2);
  EXPECT_FALSE(watch_->was_off());
  watch_->look(2 * kSecond);
  EXPECT_TRUE(watch_->was_off());
}

TEST_F(SwitchWatchTest, LooksOnceMoreAtTheEnd) {
  watch_->look(kSecond);
  turn('0');
  watch_->finish();
  EXPECT_TRUE(watch_->was_off());
}

TEST_F(SwitchWatchTest, IsSilentWhereNothingWasOff) {
  testing::internal::CaptureStderr();
  watch_->look(kSecond);
  watch_->finish();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace pwru
