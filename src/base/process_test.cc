// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sys/resource.h>

#include <cstdlib>
#include <thread>

#include "base/file.h"

namespace pwru {
namespace {

uint64_t effective_here() {
  const std::string status = read_file("/proc/thread-self/status").value_or("");
  const size_t at = status.find("CapEff:\t");
  return at == std::string::npos ? 0 : std::strtoull(status.c_str() + at + 8, nullptr, 16);
}

TEST(Capabilities, AreGivenUpByTheThreadThatSaysSo) {
  const uint64_t before = permitted_capabilities();
  const uint64_t wanted = capability_set({CAP_KILL, CAP_SYSLOG});
  std::thread([&] {
    suspend_capabilities();
    EXPECT_EQ(effective_here(), 0U);
    EXPECT_EQ(permitted_capabilities(), before);
    keep_capabilities(wanted);
    EXPECT_EQ(effective_here(), before & wanted);
    EXPECT_EQ(permitted_capabilities(), before & wanted);
    keep_capabilities(~uint64_t{0});  // for ever
    EXPECT_EQ(permitted_capabilities(), before & wanted);
  }).join();
  EXPECT_EQ(permitted_capabilities(), before);
}

size_t stack_of_a_thread() {
  size_t size = 0;
  std::thread([&] {
    pthread_attr_t own;
    ASSERT_EQ(::pthread_getattr_np(::pthread_self(), &own), 0);
    ::pthread_attr_getstacksize(&own, &size);
    ::pthread_attr_destroy(&own);
  }).join();
  return size;
}

TEST(Process, SmallStacksAreRaised) {
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_STACK, &before), 0);
  const rlimit small = {100 << 10, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_STACK, &small), 0);
  pthread_attr_t threads;
  ASSERT_EQ(::pthread_getattr_default_np(&threads), 0);
  ASSERT_EQ(::pthread_attr_setstacksize(&threads, small.rlim_cur), 0);
  ASSERT_EQ(::pthread_setattr_default_np(&threads), 0);
  ::pthread_attr_destroy(&threads);
  EXPECT_LT(stack_of_a_thread(), 512U << 10);
  const auto raised = raise_stack();
  ASSERT_TRUE(raised) << raised.error().what;
  EXPECT_GE(stack_of_a_thread(), 512U << 10);
  rlimit after = {};
  ::getrlimit(RLIMIT_STACK, &after);
  EXPECT_GE(after.rlim_cur, 512U << 10);
  EXPECT_EQ(after.rlim_max, before.rlim_max);
  ::setrlimit(RLIMIT_STACK, &before);
}

TEST(Process, EffectiveCapabilitiesAreThoseOfProc) {
  const std::string status = read_file("/proc/self/status").value_or("");
  const size_t at = status.find("CapEff:\t");
  ASSERT_NE(at, std::string::npos);
  constexpr int kHex = 16;
  EXPECT_EQ(effective_capabilities(), std::strtoull(status.c_str() + at + 8, nullptr, kHex));
}

}  // namespace
}  // namespace pwru
