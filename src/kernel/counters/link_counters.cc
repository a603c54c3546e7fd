// SPDX-License-Identifier: Apache-2.0
#include "kernel/counters/link_counters.h"

#include <linux/gen_stats.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <utility>

#include "kernel/counters/driver_counters.h"
#include "kernel/counters/dump.h"
#include "kernel/counters/hardware_counters.h"
#include "kernel/lookups/netlink.h"

namespace pwru::kernel {
namespace {

void parse_link(Bytes body, uint32_t netns, CountedDevices& devices, CounterValues& values) {
  ifinfomsg link;
  if (!take(body, link)) return;
  const Bytes attributes = after(body, NLMSG_ALIGN(sizeof(link)));
  const std::string name(text_of(attribute(attributes, IFLA_IFNAME)));
  // What rtnetlink has made has a kind (rtnl_link_ops). IFLA_LINKINFO may also say only of what
  // bridge or bond it is a port.
  const Bytes kind = attribute(attribute(attributes, IFLA_LINKINFO), IFLA_INFO_KIND);
  devices[link.ifi_index] = {.name = name,
                             .has_hardware = kind.empty() && !(link.ifi_flags & IFF_LOOPBACK)};
  uint64_t missed = 0;
  const Bytes stats = attribute(attributes, IFLA_STATS64);
  if (take(after(stats, offsetof(rtnl_link_stats64, rx_missed_errors)), missed))
    values.push_back({netns, name, "rx_missed", missed});
}

// The qdisc at the root counts what those below it drop.
void parse_qdisc(Bytes body, uint32_t netns, CountedDevices& devices, CounterValues& values) {
  tcmsg qdisc;
  if (!take(body, qdisc)) return;
  const auto found = devices.find(qdisc.tcm_ifindex);
  if (found == devices.end()) return;
  CountedDevice& device = found->second;
  const Bytes attributes = after(body, NLMSG_ALIGN(sizeof(qdisc)));
  if (qdisc.tcm_parent == TC_H_CLSACT) {  // which is TC_H_INGRESS too
    device.has_ingress = true;
    device.has_egress = text_of(attribute(attributes, TCA_KIND)) == "clsact";
  }
  gnet_stats_queue queue;
  const Bytes stats = attribute(attributes, TCA_STATS2);
  if (qdisc.tcm_parent == TC_H_ROOT && take(attribute(stats, TCA_STATS_QUEUE), queue))
    values.push_back({netns, device.name, "qdisc_drops", queue.drops});
}

}  // namespace

bool parse_link_messages(std::span<const std::byte> messages, uint32_t netns,
                         CountedDevices& devices, CounterValues& values) {
  nlmsghdr head;
  while (take(messages, head) && head.nlmsg_len >= sizeof(head) &&
         head.nlmsg_len <= messages.size()) {
    const Bytes body = messages.subspan(sizeof(head), head.nlmsg_len - sizeof(head));
    if (head.nlmsg_type == RTM_NEWLINK)
      parse_link(body, netns, devices, values);
    else if (head.nlmsg_type == RTM_NEWQDISC)
      parse_qdisc(body, netns, devices, values);
    else if (head.nlmsg_type == NLMSG_DONE || head.nlmsg_type == NLMSG_ERROR)
      return false;
    messages = after(messages, NLMSG_ALIGN(head.nlmsg_len));
  }
  return messages.empty();
}

UniqueFd open_rtnetlink() {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  const timeval limit = {1, 0};
  if (fd && ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0) fd.reset();
  return fd;
}

CounterValues read_link_counters(const UniqueFd& socket, uint32_t netns) {
  CounterValues values;
  CountedDevices devices;
  if (!socket) return values;
  Message links(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP);
  Message qdiscs(RTM_GETQDISC, NLM_F_REQUEST | NLM_F_DUMP);
  links.append_value(ifinfomsg{});
  qdiscs.append_value(tcmsg{});
  const auto take_part = [&](Bytes part) {
    return parse_link_messages(part, netns, devices, values);
  };
  if (!dump(socket, std::move(links), take_part) || !dump(socket, std::move(qdiscs), take_part))
    return values;
  for (const auto& [index, device] : devices) {
    if (!device.has_hardware) continue;
    append_driver_counters(socket, device.name, netns, values);
    if (device.has_ingress)
      append_hardware_counter(socket, index, device.name, device.has_egress, netns, values);
  }
  return values;
}

}  // namespace pwru::kernel
