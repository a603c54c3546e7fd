// SPDX-License-Identifier: Apache-2.0
#include "kernel/proc/netns.h"

#include <gtest/gtest.h>
#include <net/if.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace pwru::kernel {
namespace {

constexpr const char* kOwn = "/proc/self/ns/net";

uint32_t own_inode() {
  struct stat st {};
  return ::stat(kOwn, &st) == 0 ? static_cast<uint32_t>(st.st_ino) : 0;
}

TEST(Netns, InodeSpelledOut) {
  EXPECT_EQ(*netns_inode("inode:4026531840"), 4026531840u);
  EXPECT_EQ(*netns_inode("inode:1"), 1u);
  for (const char* bad :
       {"inode:", "inode:0", "inode:-1", "inode:+1", "inode: 1", "inode:1 ", "inode:0x10",
        "inode:4294967296", "inode:12a", "4026531840", "", "relative/path"}) {
    const auto inode = netns_inode(bad);
    ASSERT_FALSE(inode) << bad;
    EXPECT_EQ(inode.error().exit, ExitCode::BadUsage) << bad;
  }
}

TEST(Netns, InodeOfAFile) {
  EXPECT_EQ(*netns_inode(kOwn), own_inode());
  EXPECT_EQ(*current_netns_inode(), own_inode());
  EXPECT_FALSE(netns_inode("/no/such/namespace"));
  for (const char* other : {"/proc/self/ns/mnt", "/dev/null", "/"}) {
    const auto inode = netns_inode(other);
    ASSERT_FALSE(inode) << other;
    EXPECT_EQ(inode.error().exit, ExitCode::BadUsage);
  }
}

TEST(Netns, PipesAreNotWaitedFor) {
  char folder[] = "/tmp/pwru-netns-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const std::string pipe = std::string(folder) + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto inode = netns_inode(pipe);
  ASSERT_FALSE(inode);
  EXPECT_EQ(inode.error().what,
            pipe + " is no network namespace: name one below /run/netns, or /proc/PID/ns/net");
  ::unlink(pipe.c_str());
  ::rmdir(folder);
}

TEST(Netns, IfindexHere) {
  EXPECT_EQ(*ifindex_of("lo", ""), ::if_nametoindex("lo"));
  const auto missing = ifindex_of("lo9", "");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().exit, ExitCode::BadUsage);
  EXPECT_NE(missing.error().what.find("did you mean lo"), std::string::npos)
      << missing.error().what;
}

TEST(Netns, IfindexElsewhereLeavesTheProcessInPlace) {
  const auto index = ifindex_of("lo", kOwn);
  if (!index && index.error().code == EPERM) GTEST_SKIP() << index.error().what;
  ASSERT_TRUE(index) << index.error().what;
  EXPECT_EQ(*index, ::if_nametoindex("lo"));
  EXPECT_EQ(*current_netns_inode(), own_inode());
  const auto missing = ifindex_of("no_such_if", kOwn);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().what.find(kOwn), std::string::npos);
}

}  // namespace
}  // namespace pwru::kernel
