// SPDX-License-Identifier: Apache-2.0
#include "kernel/privileges.h"

#include <gtest/gtest.h>
#include <linux/capability.h>

#include <cstdlib>

#include "base/file.h"

namespace pwru::kernel {
namespace {

constexpr uint64_t kAll = ~uint64_t{0};

uint64_t bits(std::initializer_list<int> capabilities) {
  uint64_t set = 0;
  for (const int capability : capabilities) set |= uint64_t{1} << capability;
  return set;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The settings of Debian.
Privileges with(uint64_t capabilities) {
  Privileges own;
  own.capabilities = capabilities;
  own.perf_event_paranoid = 3;
  return own;
}

TEST(Privileges, Lockdown) {
  EXPECT_EQ(lockdown_of("[none] integrity confidentiality\n"), "none");
  EXPECT_EQ(lockdown_of("none integrity [confidentiality]\n"), "confidentiality");
  EXPECT_EQ(lockdown_of("none"), "");
  EXPECT_EQ(lockdown_of("]["), "");
  EXPECT_EQ(lockdown_of(""), "");
}

TEST(Privileges, CapabilitiesAreNamedOneByOne) {
  const std::string none = what_is_missing(with(0), {});
  EXPECT_TRUE(has(none, "lacks CAP_BPF (")) << none;
  EXPECT_TRUE(has(none, "), CAP_PERFMON (")) << none;
  EXPECT_TRUE(has(none, ") and CAP_SYSLOG (")) << none;
  EXPECT_FALSE(has(none, "CAP_SYS_")) << none;

  const std::string syslog = what_is_missing(with(bits({CAP_BPF, CAP_PERFMON})), {});
  EXPECT_TRUE(has(syslog, "lacks CAP_SYSLOG (")) << syslog;
  EXPECT_TRUE(has(what_is_missing(with(bits({CAP_SYS_ADMIN})), {}), "lacks CAP_SYSLOG ("));
}

TEST(Privileges, AddressesMayBeShownToAll) {
  Privileges own = with(bits({CAP_BPF}));
  own.perf_event_paranoid = 1;
  EXPECT_FALSE(has(what_is_missing(own, {}), "CAP_SYSLOG"));
  own.kptr_restrict = 1;
  EXPECT_TRUE(has(what_is_missing(own, {}), "CAP_SYSLOG"));
}

TEST(Privileges, WhatAFeatureTakes) {
  const uint64_t plain = bits({CAP_BPF, CAP_PERFMON, CAP_SYSLOG});
  const std::string tc = what_is_missing(with(plain), {false, "--filter-trace-tc", ""});
  EXPECT_TRUE(has(tc, "CAP_SYS_ADMIN (--filter-trace-tc: ")) << tc;
  const std::string netns = what_is_missing(with(plain), {false, "", "--filter-ifname"});
  EXPECT_TRUE(has(netns, "CAP_SYS_ADMIN (--filter-ifname: ")) << netns;
  EXPECT_TRUE(has(what_is_missing(with(plain), {true, "", ""}), "perf_event_paranoid is 3"));
  EXPECT_FALSE(has(what_is_missing(with(kAll), {true, "a", "b"}), "lacks"));
}

TEST(Privileges, OldKernels) {
  Privileges own = with(bits({CAP_BPF, CAP_PERFMON, CAP_SYSLOG}));
  own.counts_memlock = true;
  own.memlock_bytes = 64 << 10;
  EXPECT_TRUE(has(what_is_missing(own, {}), "CAP_SYS_RESOURCE (to lock more than 64 KiB"));
  own.capabilities = 0;
  own.knows_cap_bpf = false;
  const std::string text = what_is_missing(own, {});
  EXPECT_TRUE(has(text, "CAP_SYS_ADMIN (to load")) << text;
  EXPECT_FALSE(has(text, "CAP_BPF")) << text;
}

TEST(Privileges, WhatNoCapabilityHelps) {
  Privileges own = with(kAll);
  EXPECT_TRUE(has(what_is_missing(own, {}), "a security module or a seccomp filter"));
  own.kptr_restrict = 2;
  own.lockdown = "confidentiality";
  own.is_in_user_namespace = true;
  const std::string text = what_is_missing(own, {});
  EXPECT_FALSE(has(text, "lacks")) << text;
  for (const char* part : {"kernel.kptr_restrict=1", "locked down", "user namespace"})
    EXPECT_TRUE(has(text, part)) << text;
}

}  // namespace
}  // namespace pwru::kernel
