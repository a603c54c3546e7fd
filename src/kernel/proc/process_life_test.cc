// SPDX-License-Identifier: Apache-2.0
#include "kernel/proc/process_life.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pwru::kernel {
namespace {

TEST(ProcessLife, StatWithAHostileName) {
  const auto stat =
      parse_stat("7 (a) R 1 (b) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 8192 1 2 3 4");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->start, 4711u);
  EXPECT_FALSE(parse_stat("7 (a) S 1 7"));
  EXPECT_FALSE(parse_stat(""));
  EXPECT_FALSE(parse_stat("7 (a) "));
}

TEST(ProcessLife, PidOfTheInnermostNamespace) {
  EXPECT_EQ(innermost_pid("Name:\tx\nNSpid:\t4711\t12\t3\nVmPeak:\t9 kB\n"), 3);
  EXPECT_EQ(innermost_pid("Name:\tx\nNSpid:\t4711\n"), 4711);
  EXPECT_EQ(innermost_pid("Name:\tNSpid:\t4\n"), 0);
}

TEST(ProcessLife, TellsTheLivingFromTheDead) {
  ProcessName self = own_process();
  EXPECT_EQ(self.pid, ::getpid());
  ASSERT_NE(self.pid_ns, 0u);
  EXPECT_EQ(life_of(self), Life::Alive);
  self.start++;  // another process uses the number now
  EXPECT_EQ(life_of(self), Life::Dead);
}

TEST(ProcessLife, AZombieIsDead) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t info = {};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  ProcessName zombie = own_process();
  zombie.pid = child;
  zombie.start = 0;
  EXPECT_EQ(life_of(zombie), Life::Dead);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(life_of(zombie), Life::Dead);
}

}  // namespace
}  // namespace pwru::kernel
