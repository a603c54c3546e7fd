// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/multicast_route.h"

#include <linux/rtnetlink.h>

#include <algorithm>

#include "kernel/lookups/links.h"

namespace pwru::kernel {
namespace {

using Why = MulticastRoute::Why;

constexpr uint8_t kAddressBits = 32;

// Of the devices to which it sends: how many, and the least TTL that goes beyond one of them.
struct WaysOut {
  unsigned count = 0;
  unsigned least_ttl = 256;
};

WaysOut read_ways_out(Bytes list) {
  WaysOut ways;
  for (rtnexthop way; take(list, way) && way.rtnh_len >= sizeof(way);) {
    ways.count++;
    ways.least_ttl = std::min(ways.least_ttl, way.rtnh_hops + 1U);
    list = after(list, NLMSG_ALIGN(way.rtnh_len));
  }
  return ways;
}

Why why_not(const RouteQuestion& packet, unsigned ttl, uint32_t ifindex, const WaysOut& ways) {
  if (ifindex != packet.ifindex) return Why::Device;
  if (ways.count == 0) return Why::NoneOut;
  return ttl < ways.least_ttl ? Why::Ttl : Why::None;
}

}  // namespace

std::optional<MulticastRoute> find_multicast_route(const AskKernel& ask,
                                                   const RouteQuestion& packet, unsigned ttl) {
  Message request(RTM_GETROUTE, NLM_F_REQUEST);
  rtmsg head = {};
  head.rtm_family = RTNL_FAMILY_IPMR;
  head.rtm_src_len = head.rtm_dst_len = kAddressBits;
  request.append_value(head);
  request.add(RTA_SRC, bytes_of(packet.source, false));
  request.add(RTA_DST, bytes_of(packet.destination, false));
  std::optional<MulticastRoute> found;
  for_each_message(ask(packet.netns, request.bytes()), RTM_NEWROUTE, [&](Bytes body) {
    const Bytes attributes = after(body, NLMSG_ALIGN(sizeof(rtmsg)));
    const auto ifindex = static_cast<uint32_t>(host_number(attribute(attributes, RTA_IIF)));
    const auto device = ifindex ? read_device(ask, packet.netns, ifindex) : std::nullopt;
    if (!device) return;
    const WaysOut ways = read_ways_out(attribute(attributes, RTA_MULTIPATH));
    found = MulticastRoute{why_not(packet, ttl, ifindex, ways), device->name};
  });
  return found;
}

}  // namespace pwru::kernel
