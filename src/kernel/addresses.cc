// SPDX-License-Identifier: Apache-2.0
#include "kernel/addresses.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>

namespace pwru::kernel {
namespace {

AddressState state_of(uint32_t flags) {
  if (flags & IFA_F_DADFAILED) return AddressState::Duplicate;
  const bool is_tentative = (flags & IFA_F_TENTATIVE) && !(flags & IFA_F_OPTIMISTIC);
  return is_tentative ? AddressState::Tentative : AddressState::InUse;
}

}  // namespace

AddressState find_ipv6_address(const AskKernel& ask, uint32_t netns, const IpBytes& address) {
  Message request(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP);
  ifaddrmsg head = {};
  head.ifa_family = AF_INET6;
  request.append_value(head);
  AddressState state = AddressState::Unknown;
  const auto take_address = [&](Bytes body) {
    ifaddrmsg entry = {};
    if (!take(body, entry)) return;
    const Bytes attributes = after(body, NLMSG_ALIGN(sizeof(entry)));
    const Bytes local = attribute(attributes, IFA_LOCAL);  // of a link with two ends
    const Bytes found = local.empty() ? attribute(attributes, IFA_ADDRESS) : local;
    if (!std::ranges::equal(found, std::as_bytes(std::span(address)))) return;
    const Bytes flags = attribute(attributes, IFA_FLAGS);
    state = state_of(flags.empty() ? entry.ifa_flags : static_cast<uint32_t>(host_number(flags)));
  };
  const bool is_all = for_each_message(ask(netns, request.bytes()), RTM_NEWADDR, take_address);
  return is_all ? state : AddressState::Unknown;
}

}  // namespace pwru::kernel
