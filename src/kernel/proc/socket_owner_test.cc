// SPDX-License-Identifier: Apache-2.0
#include "kernel/proc/socket_owner.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/handle.h"
#include "kernel/proc/netns.h"

namespace pwru::kernel {
namespace {

constexpr auto kNever = [] { return false; };

TEST(SocketOwner, IsFoundByTheInodeOfTheSocket) {
  const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  struct stat st = {};
  ASSERT_EQ(::fstat(socket.get(), &st), 0);
  const uint32_t netns = current_netns_inode().value();
  const auto owner = find_socket_owner(netns, st.st_ino, kNever);
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->pid, ::getpid());
  EXPECT_STREQ(owner->comm, "kernel_test");
  EXPECT_FALSE(find_socket_owner(netns + 1, st.st_ino, kNever));
  EXPECT_FALSE(find_socket_owner(netns, 1, kNever));
  EXPECT_FALSE(find_socket_owner(netns, st.st_ino, [] { return true; }));
}

}  // namespace
}  // namespace pwru::kernel
