// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/links.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

namespace pwru::kernel {

void ask_link(const AskKernel& ask, uint32_t netns, uint32_t ifindex,
              const std::function<void(Bytes attributes)>& take_attributes) {
  Message request(RTM_GETLINK, NLM_F_REQUEST);
  ifinfomsg head = {};
  head.ifi_index = static_cast<int>(ifindex);
  request.append_value(head);
  for_each_message(ask(netns, request.bytes()), RTM_NEWLINK, [&](Bytes body) {
    take_attributes(after(body, NLMSG_ALIGN(sizeof(ifinfomsg))));
  });
}

std::optional<Device> read_device(const AskKernel& ask, uint32_t netns, uint32_t ifindex) {
  std::optional<Device> device;
  ask_link(ask, netns, ifindex, [&](Bytes attributes) {
    const Bytes info = attribute(attributes, IFLA_LINKINFO);
    device.emplace();
    device->name = text_of(attribute(attributes, IFLA_IFNAME));
    device->master = static_cast<uint32_t>(host_number(attribute(attributes, IFLA_MASTER)));
    if (text_of(attribute(info, IFLA_INFO_KIND)) == "vrf")
      device->vrf_table = static_cast<uint32_t>(
          host_number(attribute(attribute(info, IFLA_INFO_DATA), IFLA_VRF_TABLE)));
  });
  return device;
}

std::optional<Device> find_vrf(const AskKernel& ask, uint32_t netns, uint32_t ifindex) {
  auto own = read_device(ask, netns, ifindex);
  if (!own || own->vrf_table) return own;
  if (!own->master) return Device{};
  auto master = read_device(ask, netns, own->master);
  if (master && !master->vrf_table) return Device{};
  return master;
}

}  // namespace pwru::kernel
