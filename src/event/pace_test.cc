// SPDX-License-Identifier: Apache-2.0
#include "event/pace.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <string>

#include "base/signals.h"

namespace pwru::event {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kNever{3600'000};
constexpr int kFirst = -20, kLast = 19;

const std::function<void()> kNoBell = [] {};

int priority() { return ::getpriority(PRIO_PROCESS, 0); }

// Until the watcher has done it, which no test waits for longer than its own time limit.
void wait_until_first() {
  while (priority() != kFirst) ::usleep(1000);
}

class PaceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::setpriority(PRIO_PROCESS, 0, kFirst) != 0) GTEST_SKIP() << "setpriority: not permitted";
  }
  std::unique_ptr<Pace> start(milliseconds longest) {
    auto pace = Pace::start(bell_.get(), longest);
    EXPECT_TRUE(pace && *pace);
    return pace ? std::move(*pace) : nullptr;
  }
  void ring() {
    const uint64_t one = 1;
    ASSERT_EQ(::write(bell_.get(), &one, sizeof(one)), ssize_t{sizeof(one)});
  }

  UniqueFd bell_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
};

TEST_F(PaceTest, StepsBackAndComesFirst) {
  const auto pace = start(kNever);
  EXPECT_TRUE(pace->is_first());
  pace->step_back(kNoBell);
  EXPECT_FALSE(pace->is_first());
  EXPECT_EQ(priority(), kLast);
  pace->come_first();
  EXPECT_TRUE(pace->is_first());
  EXPECT_EQ(priority(), kFirst);
}

// The bell is never emptied here: the edge counts, not that it is readable.
TEST_F(PaceTest, BellBringsForwardEachTime) {
  const auto pace = start(kNever);
  for (int i = 0; i < 3; i++) {
    pace->step_back(kNoBell);
    ring();
    wait_until_first();
    EXPECT_TRUE(pace->is_first());
  }
}

// Before the step is made: who rings is not overruled.
TEST_F(PaceTest, BellThatRingsAtOnceCounts) {
  const auto pace = start(kNever);
  pace->step_back([&] {
    ring();
    while (!pace->is_first()) ::usleep(1000);
  });
  wait_until_first();
}

TEST_F(PaceTest, NoStepBackLastsLong) {
  const auto pace = start(milliseconds(20));
  for (int i = 0; i < 2; i++) {
    pace->step_back(kNoBell);
    wait_until_first();
  }
  // Over in time: the timer is off.
  pace->step_back(kNoBell);
  pace->come_first();
  EXPECT_EQ(priority(), kFirst);
}

TEST_F(PaceTest, EndsFirst) {
  auto pace = start(kNever);
  pace->step_back(kNoBell);
  pace.reset();
  EXPECT_EQ(priority(), kFirst);
}

bool is_asleep(pid_t thread_id) {
  std::ifstream stat("/proc/self/task/" + std::to_string(thread_id) + "/stat");
  std::string id, name, state;
  stat >> id >> name >> state;
  return state == "S";
}

// Reads a pipe that nobody writes to until a signal to the process ends that.
[[noreturn]] void read_until_signal(int bell_fd) {
  ::alarm(60);
  catch_stop_signals();
  std::array<int, 2> ends = {};
  if (::pipe(ends.data()) != 0) ::_exit(2);
  auto pace = Pace::start(bell_fd, kNever);
  if (!pace || !*pace) ::_exit(3);
  (*pace)->step_back(kNoBell);
  std::thread([reader = ::gettid()] {
    while (!is_asleep(reader)) ::usleep(1000);
    ::kill(::getpid(), SIGTERM);
  }).detach();
  char byte;
  const bool is_interrupted = ::read(ends[0], &byte, 1) < 0 && errno == EINTR;
  ::_exit(is_interrupted && stop_requested() && priority() == kFirst ? 0 : 1);
}

TEST_F(PaceTest, SignalBringsForwardAndInterrupts) {
  EXPECT_EXIT(read_until_signal(bell_.get()), testing::ExitedWithCode(0), "");
}

// Whatever came while the watcher had them is not lost, and later ones are the thread's own again.
TEST_F(PaceTest, GivesSignalsBack) {
  start(kNever).reset();
  sigset_t blocked;
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, nullptr, &blocked), 0);
  EXPECT_FALSE(::sigismember(&blocked, SIGTERM));
}

}  // namespace
}  // namespace pwru::event
