// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/routes.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include <cerrno>

#include "kernel/lookups/netlink_for_test.h"

namespace pwru::kernel {
namespace {

// Rules and routes of one family in namespace 7.
class FakeRoutes {
 public:
  explicit FakeRoutes(uint8_t family) : family_(family) {}

  Message& rule(uint32_t preference, uint8_t action, uint32_t table = 0, uint8_t source_bits = 0,
                uint8_t destination_bits = 0, uint32_t flags = 0) {
    Message& made = rules_.emplace_back(RTM_NEWRULE, NLM_F_MULTI);
    fib_rule_hdr head = {};
    head.family = family_;
    head.action = action;
    head.src_len = source_bits;
    head.dst_len = destination_bits;
    head.flags = flags;
    head.tos = rule_tos;
    made.append_value(head);
    made.add_value(FRA_PRIORITY, preference);
    made.add_value(FRA_TABLE, table);
    return made;
  }
  Message& route(uint32_t table, uint8_t kind, const char* prefix, uint8_t bits,
                 uint32_t metric = 0, uint8_t tos = 0, uint32_t flags = 0) {
    Message& made = routes_.emplace_back(RTM_NEWROUTE, NLM_F_MULTI);
    rtmsg head = {};
    head.rtm_family = family_;
    head.rtm_type = kind;
    head.rtm_dst_len = bits;
    head.rtm_tos = tos;
    head.rtm_flags = flags;
    made.append_value(head);
    made.add_value(RTA_TABLE, table);
    made.add_value(RTA_PRIORITY, metric);
    if (bits) made.add(RTA_DST, as_bytes(address(prefix)));
    return made;
  }
  Bytes as_bytes(const IpBytes& bytes) const {
    return std::as_bytes(std::span(bytes).first(family_ == AF_INET6 ? 16 : 4));
  }
  std::vector<std::byte> ask(uint32_t netns, Bytes request) {
    nlmsghdr head = {};
    if (netns != 7 || !take(request, head)) return {};
    asked++;
    std::vector<std::byte> answer;
    if (head.nlmsg_type == RTM_GETLINK) {
      ifinfomsg link = {};
      EXPECT_TRUE(take(after(request, NLMSG_HDRLEN), link));
      append_link(answer, static_cast<uint32_t>(link.ifi_index));
      return answer;
    }
    for (Message& message : head.nlmsg_type == RTM_GETRULE ? rules_ : routes_)
      append_message(answer, message);
    if (!is_cut) append_done(answer);
    return answer;
  }
  std::optional<RefusingRoute> find(RouteQuestion packet) {
    packet.netns = 7;
    packet.is_v6 = family_ == AF_INET6;
    return find_refusing_route(
        [this](uint32_t netns, Bytes request) { return ask(netns, request); }, packet);
  }

  bool is_cut = false;
  int asked = 0;
  uint8_t rule_tos = 0;
  uint32_t master = 0;  // of the device 3; 9 is a VRF with the table 100, 8 a bridge

 private:
  void append_link(std::vector<std::byte>& answer, uint32_t ifindex) const {
    Message table(0, 0), info(0, 0), link(RTM_NEWLINK, 0);
    table.add_value(IFLA_VRF_TABLE, uint32_t{100});
    info.add(IFLA_INFO_KIND, ifindex == 9 ? "vrf" : "bridge");
    info.add(IFLA_INFO_DATA, after(table.bytes(), NLMSG_HDRLEN));
    link.append_value(ifinfomsg{});
    link.add(IFLA_IFNAME, "eth0");
    if (ifindex == 3 && master) link.add_value(IFLA_MASTER, master);
    if (ifindex != 3) link.add(IFLA_LINKINFO, after(info.bytes(), NLMSG_HDRLEN));
    append_message(answer, link);
  }

  uint8_t family_;
  std::vector<Message> rules_, routes_;
};

RouteQuestion to(const char* destination, int error) {
  RouteQuestion packet;
  packet.source = address("10.1.0.2");
  packet.destination = address(destination);
  packet.device = "eth0";
  packet.ifindex = 3;
  packet.mark = 0x105;
  packet.protocol = IPPROTO_UDP;
  packet.sport = 4711;
  packet.dport = 53;
  packet.error = error;
  return packet;
}

using By = RefusingRoute::By;

TEST(Routes, TheLongestPrefixOfTheFirstTableRefuses) {
  FakeRoutes kernel(AF_INET);
  kernel.rule(0, FR_ACT_TO_TBL, RT_TABLE_LOCAL);
  kernel.rule(90, FR_ACT_TO_TBL, 100);
  kernel.rule(32766, FR_ACT_TO_TBL, RT_TABLE_MAIN);
  kernel.route(RT_TABLE_MAIN, RTN_BLACKHOLE, "192.0.2.0", 24);
  kernel.route(100, RTN_BLACKHOLE, "", 0);
  kernel.route(100, RTN_BLACKHOLE, "192.0.0.0", 16);
  kernel.route(100, RTN_BLACKHOLE, "10.0.0.0", 8);
  kernel.route(100, RTN_PROHIBIT, "192.0.2.5", 32);
  const auto found = kernel.find(to("192.0.2.5", EINVAL));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->by, By::Route);
  EXPECT_EQ(found->prefix, "192.0.0.0/16");
  EXPECT_EQ(found->table, "100");
  EXPECT_EQ(found->rule, 90U);
  EXPECT_EQ(kernel.find(to("192.0.2.5", EACCES))->prefix, "192.0.2.5");
  EXPECT_EQ(kernel.find(to("8.8.8.8", EINVAL))->prefix, "default");
}

TEST(Routes, AThrowRouteHidesWhatIsShorter) {
  FakeRoutes kernel(AF_INET);
  kernel.rule(90, FR_ACT_TO_TBL, 100);
  kernel.rule(100, FR_ACT_TO_TBL, RT_TABLE_MAIN);
  kernel.route(100, RTN_UNREACHABLE, "192.0.0.0", 16);
  kernel.route(100, RTN_THROW, "192.0.2.0", 24);
  kernel.route(RT_TABLE_MAIN, RTN_UNREACHABLE, "192.0.2.0", 24);
  const auto found = kernel.find(to("192.0.2.5", EHOSTUNREACH));
  EXPECT_EQ(found->table, "main");
  EXPECT_EQ(kernel.find(to("192.0.3.5", EHOSTUNREACH))->table, "100");
}

// fib_rules_lookup() suppresses only what leads somewhere.
TEST(Routes, ARuleSuppressesNoRouteThatRefuses) {
  FakeRoutes kernel(AF_INET);
  kernel.rule(90, FR_ACT_TO_TBL, 100).add_value(FRA_SUPPRESS_PREFIXLEN, uint32_t{0});
  kernel.route(100, RTN_BLACKHOLE, "", 0);
  EXPECT_EQ(kernel.find(to("8.8.8.8", EINVAL))->rule, 90U);
}

TEST(Routes, OfOnePrefixTheLowestMetricComesFirst) {
  FakeRoutes kernel(AF_INET6);
  kernel.rule(90, FR_ACT_TO_TBL, 100);
  kernel.route(100, RTN_UNREACHABLE, "fd07::", 64, 10);
  kernel.route(100, RTN_UNREACHABLE, "fd07::", 64, 2000);
  EXPECT_EQ(kernel.find(to("fd07::1", EHOSTUNREACH))->metric, 10U);
}

TEST(Routes, ARouteThatAsksForATosIsNotKnown) {
  FakeRoutes kernel(AF_INET);
  kernel.rule(90, FR_ACT_TO_TBL, 100);
  kernel.route(100, RTN_PROHIBIT, "192.0.2.0", 24, 0, 0x10);
  kernel.route(100, RTN_PROHIBIT, "192.0.0.0", 16);
  EXPECT_FALSE(kernel.find(to("192.0.2.5", EACCES)));
  EXPECT_EQ(kernel.find(to("192.0.3.5", EACCES))->prefix, "192.0.0.0/16");
}

TEST(Routes, ARuleThatLeadsToNoRuleIsPassedOver) {
  FakeRoutes kernel(AF_INET);
  kernel.rule(20, FR_ACT_GOTO, 0, 0, 0, FIB_RULE_UNRESOLVED).add_value(FRA_GOTO, uint32_t{5000});
  kernel.rule(30, FR_ACT_PROHIBIT);
  EXPECT_EQ(kernel.find(to("192.0.2.5", EACCES))->rule, 30U);
}

// Each rule asks for one thing of the packet, and for something else.
TEST(Routes, OnlyARuleThatMatchesRefuses) {
  const auto rule_is_found = [](uint16_t attribute, Bytes payload, uint8_t bits = 0) {
    FakeRoutes kernel(AF_INET);
    kernel.rule(70, FR_ACT_PROHIBIT, 0, bits, bits).add(attribute, payload);
    return kernel.find(to("192.0.2.5", EACCES))->by == By::Rule;
  };
  const auto bytes = [](const auto& value) { return std::as_bytes(std::span(&value, 1)); };
  const FakeRoutes v4(AF_INET);
  EXPECT_TRUE(rule_is_found(FRA_DST, v4.as_bytes(address("192.0.2.0")), 24));
  EXPECT_FALSE(rule_is_found(FRA_DST, v4.as_bytes(address("192.0.3.0")), 24));
  EXPECT_TRUE(rule_is_found(FRA_SRC, v4.as_bytes(address("10.1.0.3")), 31));
  EXPECT_FALSE(rule_is_found(FRA_SRC, v4.as_bytes(address("10.1.0.3")), 32));
  EXPECT_TRUE(rule_is_found(FRA_IP_PROTO, bytes(uint8_t{IPPROTO_UDP})));
  EXPECT_FALSE(rule_is_found(FRA_IP_PROTO, bytes(uint8_t{IPPROTO_TCP})));
  EXPECT_TRUE(rule_is_found(FRA_DPORT_RANGE, bytes(fib_rule_port_range{50, 60})));
  EXPECT_FALSE(rule_is_found(FRA_DPORT_RANGE, bytes(fib_rule_port_range{54, 60})));
  EXPECT_FALSE(rule_is_found(FRA_SPORT_RANGE, bytes(fib_rule_port_range{1, 4710})));
  constexpr std::array kEth0 = {'e', 't', 'h', '0', '\0'};
  EXPECT_TRUE(rule_is_found(FRA_IIFNAME, std::as_bytes(std::span(kEth0))));
  EXPECT_FALSE(rule_is_found(FRA_IIFNAME, std::as_bytes(std::span(kEth0).first(3))));
  EXPECT_FALSE(rule_is_found(FRA_OIFNAME, std::as_bytes(std::span(kEth0))));
}

TEST(Routes, AMarkIsComparedByItsMask) {
  FakeRoutes kernel(AF_INET);
  Message& rule = kernel.rule(70, FR_ACT_BLACKHOLE);
  rule.add_value(FRA_FWMARK, uint32_t{0x5});
  rule.add_value(FRA_FWMASK, uint32_t{0xff});
  EXPECT_EQ(kernel.find(to("192.0.2.5", EINVAL))->rule, 70U);
  RouteQuestion other = to("192.0.2.5", EINVAL);
  other.mark = 0x106;
  EXPECT_EQ(kernel.find(other)->by, By::Nothing);
}

TEST(Routes, ARuleMayBeInvertedOrSkipped) {
  FakeRoutes kernel(AF_INET);
  kernel.rule(10, FR_ACT_PROHIBIT, 0, 0, 24, FIB_RULE_INVERT)
      .add(FRA_DST, kernel.as_bytes(address("192.0.2.0")));
  kernel.rule(20, FR_ACT_GOTO).add_value(FRA_GOTO, uint32_t{40});
  kernel.rule(30, FR_ACT_PROHIBIT);
  kernel.rule(40, FR_ACT_PROHIBIT);
  EXPECT_EQ(kernel.find(to("192.0.2.5", EACCES))->rule, 40U);
  EXPECT_EQ(kernel.find(to("8.8.8.8", EACCES))->rule, 10U);
}

TEST(Routes, TheTableOfAVrfIsLookedUpForItsDevicesOnly) {
  FakeRoutes kernel(AF_INET);
  kernel.rule(1000, FR_ACT_TO_TBL).add_value(FRA_L3MDEV, uint8_t{1});
  kernel.rule(32766, FR_ACT_TO_TBL, RT_TABLE_MAIN);
  kernel.route(100, RTN_BLACKHOLE, "", 0);
  kernel.route(RT_TABLE_MAIN, RTN_BLACKHOLE, "", 0);
  EXPECT_EQ(kernel.find(to("192.0.2.5", EINVAL))->table, "main");
  kernel.master = 9;
  EXPECT_EQ(kernel.find(to("192.0.2.5", EINVAL))->table, "100");
  EXPECT_EQ(kernel.find(to("192.0.2.5", EINVAL))->rule, 1000U);
  kernel.master = 8;
  EXPECT_EQ(kernel.find(to("192.0.2.5", EINVAL))->table, "main");
}

TEST(Routes, WhatIsNotKnownIsNotSaid) {
  FakeRoutes kernel(AF_INET);
  kernel.rule(10, FR_ACT_PROHIBIT).add_value(FRA_TUN_ID, uint64_t{1});
  EXPECT_FALSE(kernel.find(to("192.0.2.5", EACCES)));
  EXPECT_FALSE(kernel.find(to("192.0.2.5", EIO)));
  FakeRoutes cut(AF_INET);
  cut.rule(10, FR_ACT_PROHIBIT);
  cut.is_cut = true;
  EXPECT_FALSE(cut.find(to("192.0.2.5", EACCES)));
}

TEST(Routes, WithoutARouteNothingRefuses) {
  FakeRoutes kernel(AF_INET);
  kernel.rule(10, FR_ACT_TO_TBL, RT_TABLE_MAIN);
  EXPECT_EQ(kernel.find(to("192.0.2.5", ENETUNREACH))->by, By::Nothing);
  kernel.rule(20, FR_ACT_UNREACHABLE);
  EXPECT_EQ(kernel.find(to("192.0.2.5", ENETUNREACH))->rule, 20U);
}

TEST(Routes, ARouteWithoutACarrierMayBePassedOver) {
  FakeRoutes kernel(AF_INET);
  kernel.rule(10, FR_ACT_TO_TBL, RT_TABLE_MAIN);
  kernel.route(RT_TABLE_MAIN, RTN_UNICAST, "192.0.0.0", 16, 0, 0, RTNH_F_LINKDOWN);
  EXPECT_EQ(kernel.find(to("192.0.2.5", ENETUNREACH))->by, By::Nothing) << "it is not ignored";
  kernel.route(RT_TABLE_MAIN, RTN_UNICAST, "192.0.2.0", 24, 0, 0, RTNH_F_LINKDOWN | RTNH_F_DEAD)
      .add_value(RTA_OIF, uint32_t{3});
  const auto found = kernel.find(to("192.0.2.5", ENETUNREACH));
  EXPECT_EQ(found->by, By::Linkdown);
  EXPECT_EQ(found->prefix, "192.0.2.0/24");
  EXPECT_FALSE(found->device.empty());
  EXPECT_EQ(kernel.find(to("192.0.3.5", ENETUNREACH))->by, By::Nothing);
}

TEST(Routes, OfIpv6Too) {
  FakeRoutes kernel(AF_INET6);
  kernel.rule(10, FR_ACT_TO_TBL, RT_TABLE_MAIN);
  kernel.route(RT_TABLE_MAIN, RTN_UNREACHABLE, "fd07::", 64);
  RouteQuestion packet = to("fd07::1", EHOSTUNREACH);
  EXPECT_EQ(kernel.find(packet)->prefix, "fd07::/64");
  packet.destination = address("fd08::1");
  EXPECT_EQ(kernel.find(packet)->by, By::Nothing);
}

TEST(Routes, APacketOfThisHostHasARouteOrNone) {
  int error = 0;
  RouteQuestion packet;
  packet.mark = 7;
  ::inet_pton(AF_INET, "192.0.2.5", packet.destination.data());
  const auto ask = [&](uint32_t, Bytes request) {
    const Bytes attributes = after(request, NLMSG_HDRLEN + sizeof(rtmsg));
    EXPECT_EQ(host_number(attribute(attributes, RTA_MARK)), 7U);
    EXPECT_EQ(attribute(attributes, RTA_DST).size(), 4U);
    std::vector<std::byte> answer;
    Message route(RTM_NEWROUTE, 0);
    route.append_value(rtmsg{});
    if (error)
      append_error(answer, error);
    else
      append_message(answer, route);
    return answer;
  };
  EXPECT_EQ(has_route(ask, packet), std::optional(true));
  error = ENETUNREACH;
  EXPECT_EQ(has_route(ask, packet), std::optional(false));
  error = EINVAL;  // its source is no address of this host
  EXPECT_EQ(has_route(ask, packet), std::nullopt);
}

TEST(Routes, TheWayBackHasADevice) {
  int error = 0;
  uint32_t preference = 32766;
  const auto ask = [&](uint32_t, Bytes request) {
    nlmsghdr head = {};
    EXPECT_TRUE(take(request, head));
    std::vector<std::byte> answer;
    if (head.nlmsg_type == RTM_GETRULE) {
      Message rule(RTM_NEWRULE, NLM_F_MULTI);
      rule.append_value(fib_rule_hdr{});
      rule.add_value(FRA_PRIORITY, preference);
      append_message(answer, rule);
      append_done(answer);
    } else if (error) {
      append_error(answer, error);
    } else if (head.nlmsg_type == RTM_GETROUTE) {
      Message route(RTM_NEWROUTE, 0);
      rtmsg body = {};
      body.rtm_type = RTN_UNICAST;
      body.rtm_dst_len = 16;
      route.append_value(body);
      route.add_value(RTA_OIF, uint32_t{3});
      append_message(answer, route);
    } else {
      Message link(RTM_NEWLINK, 0);
      link.append_value(ifinfomsg{});
      link.add(IFLA_IFNAME, "eth3");
      append_message(answer, link);
    }
    return answer;
  };
  EXPECT_EQ(find_way_back(ask, to("192.0.2.5", 0))->device, "eth3");
  error = ENETUNREACH;
  EXPECT_EQ(find_way_back(ask, to("192.0.2.5", 0))->device, "");
  error = EINVAL;
  EXPECT_FALSE(find_way_back(ask, to("192.0.2.5", 0)));
  error = 0;
  preference = 100;  // a rule may ask for more than the source
  EXPECT_FALSE(find_way_back(ask, to("192.0.2.5", 0)));
}

TEST(Routes, ATosChoosesRulesAndRoutes) {
  FakeRoutes kernel(AF_INET);
  kernel.rule_tos = 0x10;
  kernel.rule(80, FR_ACT_BLACKHOLE);
  kernel.rule_tos = 0;
  kernel.rule(85, FR_ACT_BLACKHOLE).add_value(25, uint8_t{0x2e});  // FRA_DSCP
  kernel.rule(90, FR_ACT_TO_TBL, 100);
  kernel.route(100, RTN_BLACKHOLE, "192.0.2.0", 24, 0, 0x08);
  RouteQuestion packet = to("192.0.2.5", EINVAL);
  EXPECT_FALSE(kernel.find(packet)) << "the TOS is not known";
  packet.tos = 0x13;  // with the bits of ECN
  EXPECT_EQ(kernel.find(packet)->rule, 80U);
  packet.tos = 0xb8;
  EXPECT_EQ(kernel.find(packet)->rule, 85U);
  packet.tos = 0x08;
  EXPECT_EQ(kernel.find(packet)->tos, 0x08);
  packet.tos = 0x04;
  EXPECT_EQ(kernel.find(packet)->by, By::Nothing);
  FakeRoutes of_v6(AF_INET6);
  of_v6.rule_tos = 0x10;
  of_v6.rule(80, FR_ACT_BLACKHOLE);
  packet.tos = 0x10;
  EXPECT_EQ(of_v6.find(packet)->rule, 80U);
  packet.tos = 0x11;
  EXPECT_FALSE(of_v6.find(packet)) << "kernels differ";
}

// Of Linux 6.15.
TEST(Routes, APortOfARuleMayHaveAMask) {
  FakeRoutes kernel(AF_INET);
  Message& rule = kernel.rule(80, FR_ACT_BLACKHOLE);
  rule.add_value(FRA_DPORT_RANGE, fib_rule_port_range{48, 48});
  rule.add_value(29, uint16_t{0xfff0});  // FRA_DPORT_MASK
  RouteQuestion packet = to("192.0.2.5", EINVAL);
  EXPECT_EQ(kernel.find(packet)->rule, 80U);
  packet.dport = 64;
  EXPECT_EQ(kernel.find(packet)->by, By::Nothing);
}

TEST(Routes, TheRouteOfThePacketIsAskedFor) {
  RouteQuestion packet = to("192.0.2.5", 0);
  packet.tos = 0x10;
  const auto ask = [](uint32_t, Bytes request) {
    rtmsg head = {};
    EXPECT_TRUE(take(after(request, NLMSG_HDRLEN), head));
    EXPECT_EQ(head.rtm_tos, 0x10);
    const Bytes attributes = after(request, NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(head)));
    EXPECT_EQ(host_number(attribute(attributes, RTA_DPORT)), uint64_t{htons(53)});
    EXPECT_EQ(host_number(attribute(attributes, RTA_IP_PROTO)), uint64_t{IPPROTO_UDP});
    std::vector<std::byte> answer;
    append_error(answer, ENETUNREACH);
    return answer;
  };
  EXPECT_EQ(has_route(ask, packet), false);
}

TEST(Routes, TheRouteBackMayRefuse) {
  FakeRoutes kernel(AF_INET);
  kernel.rule(0, FR_ACT_TO_TBL, RT_TABLE_LOCAL);
  kernel.rule(32766, FR_ACT_TO_TBL, RT_TABLE_MAIN);
  kernel.route(RT_TABLE_MAIN, RTN_BLACKHOLE, "10.1.0.2", 32);
  const auto ask = [&](uint32_t netns, Bytes request) {
    nlmsghdr head = {};
    EXPECT_TRUE(take(request, head));
    if (head.nlmsg_type != RTM_GETROUTE || (head.nlmsg_flags & NLM_F_DUMP))
      return kernel.ask(netns, request);
    std::vector<std::byte> answer;
    append_error(answer, EINVAL);
    return answer;
  };
  RouteQuestion packet = to("10.2.0.2", 0);
  packet.netns = 7;
  packet.source = address("10.1.0.2");
  const auto back = find_way_back(ask, packet);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->device, "");
  EXPECT_EQ(back->refuses, "blackhole");
  EXPECT_EQ(back->route.prefix, "10.1.0.2");
  packet.source = address("10.1.0.3");
  EXPECT_FALSE(find_way_back(ask, packet)) << "it does not refuse any more";
  packet.source = address("10.1.0.2");
  kernel.rule(1000, FR_ACT_TO_TBL).add_value(FRA_L3MDEV, uint8_t{1});
  EXPECT_TRUE(find_way_back(ask, packet)) << "the device is in no VRF";
  kernel.master = 9;
  EXPECT_FALSE(find_way_back(ask, packet));
}

}  // namespace
}  // namespace pwru::kernel
