// SPDX-License-Identifier: Apache-2.0
#include "kernel/addresses.h"

#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <utility>

#include "kernel/netlink_for_test.h"

namespace pwru::kernel {
namespace {

std::vector<UnusedAddress> unused_with(uint32_t flags) {
  std::vector<std::byte> answer;
  for (const auto& [text, of_it] :
       {std::pair("fd01::1", uint32_t{IFA_F_PERMANENT}), {"fd01::55", flags}}) {
    Message message(RTM_NEWADDR, NLM_F_MULTI);
    ifaddrmsg head = {};
    head.ifa_family = AF_INET6;
    message.append_value(head);
    message.add_value(IFA_ADDRESS, address(text));
    message.add_value(IFA_FLAGS, of_it);
    append_message(answer, message);
  }
  append_done(answer);
  return find_unused_ipv6([&](uint32_t, Bytes) { return answer; }, 7);
}

TEST(Addresses, ListsThoseThatAreNotInUse) {
  EXPECT_TRUE(unused_with(IFA_F_PERMANENT).empty());
  EXPECT_TRUE(unused_with(IFA_F_TENTATIVE | IFA_F_OPTIMISTIC).empty());
  const auto tentative = unused_with(IFA_F_PERMANENT | IFA_F_TENTATIVE);
  ASSERT_EQ(tentative.size(), 1U);
  EXPECT_EQ(tentative[0].address, address("fd01::55"));
  EXPECT_FALSE(tentative[0].is_duplicate);
  const auto duplicate = unused_with(IFA_F_TENTATIVE | IFA_F_DADFAILED);
  ASSERT_EQ(duplicate.size(), 1U);
  EXPECT_TRUE(duplicate[0].is_duplicate);
}

TEST(Addresses, WithoutAnAnswerNothingIsKnown) {
  EXPECT_TRUE(
      find_unused_ipv6([](uint32_t, Bytes) { return std::vector<std::byte>(); }, 7).empty());
}

}  // namespace
}  // namespace pwru::kernel
