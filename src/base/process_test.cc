// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <gtest/gtest.h>
#include <linux/capability.h>

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

TEST(Process, EffectiveCapabilitiesAreThoseOfProc) {
  const std::string status = read_file("/proc/self/status").value_or("");
  const size_t at = status.find("CapEff:\t");
  ASSERT_NE(at, std::string::npos);
  constexpr int kHex = 16;
  EXPECT_EQ(effective_capabilities(), std::strtoull(status.c_str() + at + 8, nullptr, kHex));
}

}  // namespace
}  // namespace pwru
