// SPDX-License-Identifier: Apache-2.0
#include "kernel/counters/link_counters.h"

#include <gtest/gtest.h>
#include <linux/gen_stats.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <cstring>
#include <string_view>
#include <vector>

namespace pwru::kernel {
namespace {

using Message = std::vector<std::byte>;

Message bytes_of(const void* from, size_t size) {
  Message bytes(size);
  std::memcpy(bytes.data(), from, size);
  return bytes;
}

Message operator+(Message a, const Message& b) {
  a.insert(a.end(), b.begin(), b.end());
  a.resize(NLMSG_ALIGN(a.size()));
  return a;
}

Message attribute(uint16_t type, const Message& payload) {
  const rtattr head = {static_cast<uint16_t>(sizeof(rtattr) + payload.size()), type};
  return bytes_of(&head, sizeof(head)) + payload;
}

Message message(uint16_t type, const Message& body) {
  nlmsghdr head = {};
  head.nlmsg_len = static_cast<uint32_t>(sizeof(head) + body.size());
  head.nlmsg_type = type;
  return bytes_of(&head, sizeof(head)) + body;
}

Message link(int index, std::string_view name, uint64_t missed) {
  ifinfomsg info = {};
  info.ifi_index = index;
  rtnl_link_stats64 stats = {};
  stats.rx_missed_errors = missed;
  return message(RTM_NEWLINK, bytes_of(&info, sizeof(info)) +
                                  attribute(IFLA_IFNAME, bytes_of(name.data(), name.size() + 1)) +
                                  attribute(IFLA_STATS64, bytes_of(&stats, sizeof(stats))));
}

Message qdisc(int index, uint32_t parent, uint32_t drops) {
  tcmsg info = {};
  info.tcm_ifindex = index;
  info.tcm_parent = parent;
  gnet_stats_queue queue = {};
  queue.drops = drops;
  return message(
      RTM_NEWQDISC,
      bytes_of(&info, sizeof(info)) +
          attribute(TCA_STATS2, attribute(TCA_STATS_QUEUE, bytes_of(&queue, sizeof(queue)))));
}

TEST(LinkCounters, AreOfDevicesAndTheQdiscAtTheirRoot) {
  CountedDevices devices;
  CounterValues values;
  EXPECT_TRUE(parse_link_messages(link(1, "lo", 0) + link(4, "eth0", 12), 7, devices, values));
  EXPECT_TRUE(
      parse_link_messages(qdisc(4, 0x10001, 2) + qdisc(4, TC_H_ROOT, 3), 7, devices, values));
  EXPECT_TRUE(parse_link_messages(qdisc(9, TC_H_ROOT, 5), 7, devices, values));
  EXPECT_FALSE(parse_link_messages(message(NLMSG_DONE, {}), 7, devices, values));
  ASSERT_EQ(values.size(), 3u);
  EXPECT_EQ(values[0].value, 0u);
  EXPECT_EQ(values[1].owner + "/" + values[1].name, "eth0/rx_missed");
  EXPECT_EQ(values[1].value, 12u);
  EXPECT_EQ(values[2].owner + "/" + values[2].name, "eth0/qdisc_drops");
  EXPECT_EQ(values[2].value, 3u);
}

Message clsact(int index, std::string_view kind) {
  tcmsg info = {};
  info.tcm_ifindex = index;
  info.tcm_parent = TC_H_CLSACT;
  return message(RTM_NEWQDISC, bytes_of(&info, sizeof(info)) +
                                   attribute(TCA_KIND, bytes_of(kind.data(), kind.size() + 1)));
}

TEST(LinkCounters, SayWhichDevicesHaveFilters) {
  CountedDevices devices;
  CounterValues values;
  EXPECT_TRUE(
      parse_link_messages(link(1, "a", 0) + link(2, "b", 0) + link(3, "c", 0), 7, devices, values));
  EXPECT_TRUE(parse_link_messages(clsact(1, "ingress") + clsact(2, "clsact"), 7, devices, values));
  EXPECT_TRUE(devices[1].has_ingress && !devices[1].has_egress);
  EXPECT_TRUE(devices[2].has_ingress && devices[2].has_egress);
  EXPECT_FALSE(devices[3].has_ingress || devices[3].has_egress);
}

TEST(LinkCounters, WhatSomebodyMadeHasNoHardware) {
  CountedDevices devices;
  CounterValues values;
  ifinfomsg info = {};
  info.ifi_index = 5;
  const Message veth = message(
      RTM_NEWLINK, bytes_of(&info, sizeof(info)) + attribute(IFLA_IFNAME, bytes_of("va", 3)) +
                       attribute(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, bytes_of("veth", 5))));
  info.ifi_index = 1;
  info.ifi_flags = IFF_LOOPBACK;
  const Message lo = message(
      RTM_NEWLINK, bytes_of(&info, sizeof(info)) + attribute(IFLA_IFNAME, bytes_of("lo", 3)));
  info.ifi_index = 6;
  info.ifi_flags = 0;
  const Message in_bridge =
      message(RTM_NEWLINK,
              bytes_of(&info, sizeof(info)) + attribute(IFLA_IFNAME, bytes_of("eth1", 5)) +
                  attribute(IFLA_LINKINFO, attribute(IFLA_INFO_SLAVE_KIND, bytes_of("bridge", 7))));
  EXPECT_TRUE(parse_link_messages(veth + lo + in_bridge + link(4, "eth0", 12), 7, devices, values));
  EXPECT_FALSE(devices[5].has_hardware);
  EXPECT_FALSE(devices[1].has_hardware);
  EXPECT_TRUE(devices[4].has_hardware);
  EXPECT_TRUE(devices[6].has_hardware) << "it is a port of a bridge";
}

TEST(LinkCounters, TakesPartsOfMessages) {
  const Message whole = link(4, "eth0", 12) + qdisc(4, TC_H_ROOT, 3);
  for (size_t size = 0; size < whole.size(); size++) {
    CountedDevices devices;
    CounterValues values;
    // A copy of its own, so that a sanitizer sees a read behind it.
    const Message part(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    (void)parse_link_messages(part, 7, devices, values);
    EXPECT_LE(values.size(), 1u);
  }
}

TEST(LinkCounters, ReadsThisNamespace) {
  bool has_loopback = false;
  for (const CounterValue& counter : read_link_counters(open_rtnetlink(), 7))
    has_loopback = has_loopback || (counter.owner == "lo" && counter.name == "rx_missed");
  EXPECT_TRUE(has_loopback);
}

}  // namespace
}  // namespace pwru::kernel
