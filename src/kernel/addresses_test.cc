// SPDX-License-Identifier: Apache-2.0
#include "kernel/addresses.h"

#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "kernel/netlink_for_test.h"

namespace pwru::kernel {
namespace {

AddressState state_with(uint32_t flags, bool is_whole = true) {
  std::vector<std::byte> answer;
  for (const char* text : {"fd01::1", "fd01::55"}) {
    Message message(RTM_NEWADDR, NLM_F_MULTI);
    ifaddrmsg head = {};
    head.ifa_family = AF_INET6;
    message.append_value(head);
    message.add_value(IFA_ADDRESS, address(text));
    message.add_value(IFA_FLAGS, flags);
    append_message(answer, message);
  }
  if (is_whole) append_done(answer);
  return find_ipv6_address([&](uint32_t, Bytes) { return answer; }, 7, address("fd01::55"));
}

TEST(Addresses, TellWhetherTheyAreInUse) {
  EXPECT_EQ(state_with(IFA_F_PERMANENT), AddressState::InUse);
  EXPECT_EQ(state_with(IFA_F_PERMANENT | IFA_F_TENTATIVE), AddressState::Tentative);
  EXPECT_EQ(state_with(IFA_F_TENTATIVE | IFA_F_OPTIMISTIC), AddressState::InUse);
  EXPECT_EQ(state_with(IFA_F_TENTATIVE | IFA_F_DADFAILED), AddressState::Duplicate);
}

TEST(Addresses, OfOthersNothingIsKnown) {
  std::vector<std::byte> answer;
  append_done(answer);
  const auto ask = [&](uint32_t, Bytes) { return answer; };
  EXPECT_EQ(find_ipv6_address(ask, 7, address("fd01::55")), AddressState::Unknown);
  EXPECT_EQ(state_with(IFA_F_DADFAILED, false), AddressState::Unknown) << "the answer is cut";
}

}  // namespace
}  // namespace pwru::kernel
