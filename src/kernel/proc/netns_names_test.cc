// SPDX-License-Identifier: Apache-2.0
#include "kernel/proc/netns_names.h"

#include <gtest/gtest.h>

#include "kernel/proc/netns.h"

namespace pwru::kernel {
namespace {

const std::string kId(64, 'a');
const std::string kShort(12, 'a');

TEST(ContainerOf, TheRuntimes) {
  for (const std::string& path :
       {"/docker/" + kId, "/system.slice/docker-" + kId + ".scope",
        "/kubepods.slice/kubepods-pod1_2.slice/cri-containerd-" + kId + ".scope",
        "/kubepods/burstable/pod1-2/" + kId, "/machine.slice/libpod-" + kId + ".scope/container",
        "/kubepods.slice/crio-" + kId + ".scope"})
    EXPECT_EQ(container_of("0::" + path + "\n"), kShort) << path;
  EXPECT_EQ(container_of("0::/lxc.payload.web/init.scope\n"), "web");
  EXPECT_EQ(container_of("4:memory:/lxc/web\n0::/\n"), "web");
  EXPECT_EQ(container_of("0::/machine.slice/machine-web.scope\n"), "web");
  EXPECT_EQ(container_of("12:cpu:/docker/" + kId + "\n0::/\n"), kShort);
}

TEST(ContainerOf, NoContainer) {
  EXPECT_EQ(container_of(""), "");
  EXPECT_EQ(container_of("0::/\n"), "");
  EXPECT_EQ(container_of("0::/user.slice/user-1000.slice/session-1.scope\n"), "");
  EXPECT_EQ(container_of("0::/x" + kId + "\n"), "");
  EXPECT_EQ(container_of("0::/" + std::string(64, 'g') + "\n"), "");
}

TEST(NetnsNames, OurOwnNamespaceHasAName) {
  const auto inode = current_netns_inode();
  ASSERT_TRUE(inode);
  NetnsNameTable names = scan_netns_names();
  EXPECT_NE(names[*inode], "");
}

TEST(NetnsNames, LookedUpAnewButNotForEveryEvent) {
  uint64_t now_ns = 1;
  int scans = 0;
  NetnsNameTable table = {{7, "blue"}};
  NetnsNames names([&] { return scans++, table; }, [&] { return now_ns; });
  for (int i = 0; i < 3; i++) EXPECT_EQ(names.name(7), "blue");
  EXPECT_EQ(scans, 1);
  for (int i = 0; i < 3; i++) EXPECT_EQ(names.name(8), "");
  EXPECT_EQ(scans, 2);
  table[8] = "late";
  now_ns += 1'000'000'000;
  EXPECT_EQ(names.name(8), "late");
  EXPECT_EQ(scans, 3);
  table = {{7, "red"}};  // the number is used again
  now_ns += 10'000'000'000;
  EXPECT_EQ(names.name(7), "red");
  EXPECT_EQ(names.name(8), "late");  // the namespace is gone, its last packets are not
  EXPECT_EQ(names.name(0), "");
  table = {};
  now_ns += 700'000'000'000;
  EXPECT_EQ(names.name(8), "");  // and not for ever
}

}  // namespace
}  // namespace pwru::kernel
