// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/listeners.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "kernel/lookups/netlink_for_test.h"

namespace pwru::kernel {
namespace {

RouteQuestion packet() {
  RouteQuestion made;
  made.destination = address("10.1.0.1");
  made.ifindex = 3;
  made.protocol = IPPROTO_TCP;
  made.dport = 80;
  return made;
}

// Listeners on port 80 by address and device; the device 4 is of the VRF 9.
std::optional<std::string> find(const std::vector<std::pair<const char*, uint32_t>>& listeners,
                                const RouteQuestion& asked) {
  const auto ask = [&](uint32_t, Bytes request) {
    inet_diag_req_v2 head = {};
    EXPECT_TRUE(take(after(request, NLMSG_HDRLEN), head));
    EXPECT_EQ(head.id.idiag_sport, htons(80));
    std::vector<std::byte> answer;
    for (const auto& [local, device] : listeners) {
      if (head.sdiag_family != AF_INET) continue;
      inet_diag_msg body = {};
      body.idiag_family = AF_INET;
      body.id.idiag_sport = head.id.idiag_sport;
      const IpBytes bytes = address(local);
      std::memcpy(body.id.idiag_src, bytes.data(), 4);
      body.id.idiag_if = device;
      Message made(SOCK_DIAG_BY_FAMILY, NLM_F_MULTI);
      made.append_value(body);
      append_message(answer, made);
    }
    append_done(answer);
    return answer;
  };
  const auto routes = [](uint32_t, Bytes request) {
    ifinfomsg head = {};
    EXPECT_TRUE(take(after(request, NLMSG_HDRLEN), head));
    Message link(RTM_NEWLINK, 0);
    link.append_value(ifinfomsg{});
    link.add(IFLA_IFNAME, head.ifi_index == 9 ? "red" : head.ifi_index == 4 ? "eth4" : "eth3");
    if (head.ifi_index == 4) link.add_value(IFLA_MASTER, uint32_t{9});
    std::vector<std::byte> answer;
    append_message(answer, link);
    return answer;
  };
  return find_device_of_listener(ask, routes, asked);
}

TEST(Listeners, OfAnotherDeviceTakesNothing) {
  EXPECT_EQ(find({{"0.0.0.0", 4}}, packet()), "eth4");
  EXPECT_EQ(find({{"10.1.0.1", 9}}, packet()), "red");
  EXPECT_EQ(find({{"10.1.0.9", 4}}, packet()), std::nullopt) << "it has another address";
  EXPECT_EQ(find({{"0.0.0.0", 4}, {"0.0.0.0", 0}}, packet()), std::nullopt);
  EXPECT_EQ(find({{"0.0.0.0", 3}}, packet()), std::nullopt);
  EXPECT_EQ(find({}, packet()), std::nullopt);
}

TEST(Listeners, OfTheVrfOfTheDeviceTakesIt) {
  RouteQuestion of_port = packet();
  of_port.ifindex = 4;
  EXPECT_EQ(find({{"0.0.0.0", 9}}, of_port), std::nullopt);
  RouteQuestion of_vrf = packet();
  of_vrf.ifindex = 9;
  EXPECT_EQ(find({{"0.0.0.0", 4}}, of_vrf), std::nullopt) << "it may have come by that port";
}

}  // namespace
}  // namespace pwru::kernel
