// SPDX-License-Identifier: Apache-2.0
#include "program/libbpf_log.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cerrno>

namespace pwru::program {
namespace {

TEST(LibbpfLog, WhatIsTriedAgainIsNoReason) {
  EXPECT_EQ(reason_in("libbpf: Error in bpf_create_map_xattr(ring_memory):Invalid argument(-22). "
                      "Retrying without BTF.\n"
                      "libbpf: prog 'pwru_tp_free': failed to load: -24\n"),
            "");
  EXPECT_EQ(reason_in("R1 invalid mem access\nprocessed 5 insns\n"), "R1 invalid mem access");
}

// libbpf says the same of a kernel without BTF, and of a process without memory to read it.
TEST(LibbpfLog, WhereMemoryIsLimitedItIsTheCause) {
  constexpr const char* kReason = "Error loading vmlinux BTF: -3";
  EXPECT_EQ(load_error(EINVAL, kReason), EINVAL);
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &before), 0);
  if (before.rlim_cur != RLIM_INFINITY) GTEST_SKIP() << "memory is limited";
  const bool is_data_limited = *remedy_of(ENOMEM) != '\0';
  EXPECT_EQ(load_error(ESRCH, kReason), is_data_limited ? ENOMEM : ESRCH);
  const rlimit limited = {rlim_t{1} << 45, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &limited), 0);
  EXPECT_EQ(load_error(ESRCH, kReason), ENOMEM);
  EXPECT_EQ(load_error(ESRCH, "no such program"), ESRCH);
  EXPECT_EQ(libbpf_fail("load it", ENOMEM).value().what,
            "load it: Cannot allocate memory; raise the limit (ulimit -v)");
  ::setrlimit(RLIMIT_AS, &before);
}

TEST(LibbpfLog, MapsThatAreTooLargeNeedLessMemory) {
  EXPECT_EQ(load_error(E2BIG, "map 'paths': failed to create: Argument list too long(-7)"), ENOMEM);
  EXPECT_EQ(load_error(E2BIG, "BPF program is too large"), E2BIG);
}

TEST(LibbpfLog, TooManyOpenFilesSayWhatToDo) {
  EXPECT_EQ(libbpf_fail("load it", EMFILE).value().what,
            "load it: Too many open files; raise the limit (ulimit -n)");
}

}  // namespace
}  // namespace pwru::program
