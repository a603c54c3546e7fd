// SPDX-License-Identifier: Apache-2.0
#include "kernel/addresses.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstddef>

namespace pwru::kernel {
namespace {

// Whether duplicate address detection keeps it out of use.
bool is_unused(uint32_t flags) {
  return (flags & IFA_F_DADFAILED) || ((flags & IFA_F_TENTATIVE) && !(flags & IFA_F_OPTIMISTIC));
}

}  // namespace

std::vector<UnusedAddress> find_unused_ipv6(const AskKernel& ask, uint32_t netns) {
  Message request(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP);
  ifaddrmsg head = {};
  head.ifa_family = AF_INET6;
  request.append_value(head);
  std::vector<UnusedAddress> unused;
  const auto take_address = [&](Bytes body) {
    ifaddrmsg entry = {};
    if (!take(body, entry)) return;
    const Bytes attributes = after(body, NLMSG_ALIGN(sizeof(entry)));
    const Bytes flag_bytes = attribute(attributes, IFA_FLAGS);
    const auto flags = flag_bytes.empty() ? uint32_t{entry.ifa_flags}
                                          : static_cast<uint32_t>(host_number(flag_bytes));
    const Bytes local = attribute(attributes, IFA_LOCAL);  // of a link with two ends
    UnusedAddress found;
    found.is_duplicate = (flags & IFA_F_DADFAILED) != 0;
    if (is_unused(flags) &&
        take(local.empty() ? attribute(attributes, IFA_ADDRESS) : local, found.address))
      unused.push_back(found);
  };
  // A list that is cut is as good: what is in it is true.
  (void)for_each_message(ask(netns, request.bytes()), RTM_NEWADDR, take_address);
  return unused;
}

}  // namespace pwru::kernel
