// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/addresses.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstddef>

#include "kernel/lookups/links.h"

namespace pwru::kernel {
namespace {

using Why = OwnAddress::Why;

struct Entry {
  uint32_t ifindex = 0;
  uint32_t flags = 0;
  size_t count = 0;  // of such entries
};

uint32_t flags_of(const ifaddrmsg& entry, Bytes attributes) {
  const Bytes flags = attribute(attributes, IFA_FLAGS);
  return flags.empty() ? uint32_t{entry.ifa_flags} : static_cast<uint32_t>(host_number(flags));
}

// What this host has of the packet's destination. None when the kernel does not answer.
std::optional<Entry> find_entry(const AskKernel& ask, const RouteQuestion& packet) {
  Message request(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP);
  ifaddrmsg head = {};
  head.ifa_family = packet.is_v6 ? AF_INET6 : AF_INET;
  request.append_value(head);
  Entry found;
  const auto take_address = [&](Bytes body) {
    ifaddrmsg entry = {};
    if (!take(body, entry)) return;
    const Bytes attributes = after(body, NLMSG_ALIGN(sizeof(entry)));
    const Bytes local = attribute(attributes, IFA_LOCAL);  // of a link with two ends, and of IPv4
    const Bytes address = local.empty() ? attribute(attributes, IFA_ADDRESS) : local;
    const unsigned bits = packet.is_v6 ? 128 : 32;
    if (has_prefix(packet.destination, address, bits))
      found = {entry.ifa_index, flags_of(entry, attributes), found.count + 1};
  };
  // A list that is cut is as good: what is in it is true.
  const bool is_all =
      for_each_message(ask(packet.netns, request.bytes()), RTM_NEWADDR, take_address);
  if (!is_all && !found.count) return std::nullopt;
  return found;
}

// An address that is in use takes what is for it, even if its device is down, but not from another
// VRF.
std::optional<OwnAddress> compare_vrfs(const AskKernel& ask, const RouteQuestion& packet,
                                       uint32_t ifindex) {
  const auto device = read_device(ask, packet.netns, ifindex);
  const auto own = find_vrf(ask, packet.netns, ifindex);
  const auto other = find_vrf(ask, packet.netns, packet.ifindex);
  if (!device || !own || !other) return std::nullopt;
  if (own->vrf_table == other->vrf_table) return OwnAddress{};
  return OwnAddress{Why::OtherVrf, device->name, own->name};
}

}  // namespace

std::optional<OwnAddress> find_own_address(const AskKernel& ask, const RouteQuestion& packet) {
  const auto entry = find_entry(ask, packet);
  if (!entry) return std::nullopt;
  if (entry->count != 1) return OwnAddress{};  // of two, nothing tells which one is meant
  if (entry->flags & IFA_F_DADFAILED) return OwnAddress{Why::Duplicate, "", ""};
  if ((entry->flags & IFA_F_TENTATIVE) && !(entry->flags & IFA_F_OPTIMISTIC))
    return OwnAddress{Why::Tentative, "", ""};
  return compare_vrfs(ask, packet, entry->ifindex);
}

}  // namespace pwru::kernel
