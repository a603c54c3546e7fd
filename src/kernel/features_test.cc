// SPDX-License-Identifier: Apache-2.0
#include "kernel/features.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "base/file.h"

namespace pwru::kernel {
namespace {

TEST(Features, OfThisKernel) {
  const auto btf = load_kernel_btf("");
  const auto symbols = Symbols::load();
  if (!btf || !symbols) GTEST_SKIP() << "no BTF, or kallsyms is hidden";
  auto features = probe_features(**btf);
  if (!features) {
    EXPECT_EQ(features.error().exit, ExitCode::NotSupported) << features.error().what;
    GTEST_SKIP() << features.error().what;
  }
  probe_single_kprobe(*symbols, false, *features);
  EXPECT_EQ(features->rdonly_cast_id == 0, features->byte_window_id == 0);
  if (features->rdonly_cast_id != 0) {
    EXPECT_EQ((*btf)->name(features->rdonly_cast_id), "bpf_rdonly_cast");
  }
  const bool has_any = features->has_kprobe || features->has_kprobe_multi;
  EXPECT_EQ(has_any, features->why_no_kprobe.empty());
  const bool has_pmu = read_file("/sys/bus/event_source/devices/kprobe/type").has_value();
  EXPECT_TRUE(has_pmu || !features->has_kprobe);
}

TEST(Features, MemlockLimitNeverSinks) {
  rlimit before{};
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_MEMLOCK, &before), 0);
  raise_memlock_limit();
  ASSERT_EQ(::getrlimit(RLIMIT_MEMLOCK, &after), 0);
  EXPECT_GE(after.rlim_cur, before.rlim_cur);
  EXPECT_EQ(after.rlim_cur, after.rlim_max);
}

}  // namespace
}  // namespace pwru::kernel
