// SPDX-License-Identifier: Apache-2.0
#include "kernel/privileges.h"

#include <gtest/gtest.h>

namespace pwru::kernel {
namespace {

TEST(Privileges, Lockdown) {
  EXPECT_EQ(lockdown_of("[none] integrity confidentiality\n"), "none");
  EXPECT_EQ(lockdown_of("none integrity [confidentiality]\n"), "confidentiality");
  EXPECT_EQ(lockdown_of("none"), "");
  EXPECT_EQ(lockdown_of("]["), "");
  EXPECT_EQ(lockdown_of(""), "");
}

TEST(Privileges, Capabilities) {
  const auto missing = [](const char* set) {
    return missing_capabilities(std::string("CapPrm:\t0\nCapEff:\t") + set + "\nCapBnd:\t0\n");
  };
  EXPECT_EQ(missing("000001ffffffffff"), "");
  EXPECT_EQ(missing("0000000000200000"), "");  // CAP_SYS_ADMIN
  EXPECT_EQ(missing("000000c000000000"), "");  // CAP_BPF, CAP_PERFMON
  EXPECT_EQ(missing("0000008000000000"), "CAP_PERFMON");
  EXPECT_EQ(missing("0000004000000000"), "CAP_BPF");
  EXPECT_EQ(missing("0000000000000000"), "CAP_BPF and CAP_PERFMON");
  EXPECT_EQ(missing_capabilities(""), "CAP_BPF and CAP_PERFMON");
}

}  // namespace
}  // namespace pwru::kernel
