// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/multicast_route.h"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

#include <vector>

#include "kernel/lookups/netlink_for_test.h"

namespace pwru::kernel {
namespace {

using Why = MulticastRoute::Why;

// A route that takes packets by the device 3, and sends them on where their TTL is larger.
Why why(uint32_t by, const std::vector<uint8_t>& thresholds, unsigned ttl) {
  const auto ask = [&](uint32_t, Bytes request) {
    nlmsghdr head = {};
    EXPECT_TRUE(take(request, head));
    std::vector<std::byte> answer;
    if (head.nlmsg_type == RTM_GETLINK) {
      Message link(RTM_NEWLINK, 0);
      link.append_value(ifinfomsg{});
      link.add(IFLA_IFNAME, "eth3");
      append_message(answer, link);
      return answer;
    }
    Message route(RTM_NEWROUTE, 0), ways(0, 0);
    route.append_value(rtmsg{});
    route.add_value(RTA_IIF, uint32_t{3});
    for (const uint8_t threshold : thresholds)
      ways.append_value(rtnexthop{sizeof(rtnexthop), 0, threshold, 4});
    if (!thresholds.empty()) route.add(RTA_MULTIPATH, after(ways.bytes(), NLMSG_HDRLEN));
    append_message(answer, route);
    return answer;
  };
  RouteQuestion packet;
  packet.ifindex = by;
  const auto found = find_multicast_route(ask, packet, ttl);
  EXPECT_TRUE(found && found->device == "eth3");
  return found->why;
}

TEST(MulticastRoute, TellsWhyItDoesNotSend) {
  EXPECT_EQ(why(5, {1}, 64), Why::Device);
  EXPECT_EQ(why(3, {}, 64), Why::NoneOut);
  EXPECT_EQ(why(3, {16, 8}, 8), Why::Ttl);
  EXPECT_EQ(why(3, {16, 8}, 9), Why::None);
}

TEST(MulticastRoute, WithoutARouteNothingIsKnown) {
  const auto ask = [](uint32_t, Bytes) {
    std::vector<std::byte> answer;
    append_error(answer, ENOENT);
    return answer;
  };
  EXPECT_FALSE(find_multicast_route(ask, RouteQuestion{}, 64));
}

}  // namespace
}  // namespace pwru::kernel
