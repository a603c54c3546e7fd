// SPDX-License-Identifier: Apache-2.0
#include "kernel/counters/hardware_counters.h"

#include <linux/gen_stats.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <optional>
#include <utility>

#include "kernel/counters/dump.h"

namespace pwru::kernel {
namespace {

// The classifiers that drivers offload, each with numbers of its own for the same attributes.
struct Classifier {
  std::string_view kind;
  unsigned flags, actions;
};
constexpr std::array kClassifiers = std::to_array<Classifier>({
    {"flower", TCA_FLOWER_FLAGS, TCA_FLOWER_ACT},
    {"matchall", TCA_MATCHALL_FLAGS, TCA_MATCHALL_ACT},
    {"u32", TCA_U32_FLAGS, TCA_U32_ACT},
});

std::optional<Classifier> classifier_of(Bytes attributes) {
  const std::string_view kind = text_of(attribute(attributes, TCA_KIND));
  for (const Classifier& classifier : kClassifiers)
    if (classifier.kind == kind) return classifier;
  return std::nullopt;
}

// Of all filters of a direction; none when the dump did not end.
std::optional<uint64_t> packets_of(const UniqueFd& rtnetlink, int ifindex, uint32_t parent) {
  tcmsg filters = {};
  filters.tcm_family = AF_UNSPEC;
  filters.tcm_ifindex = ifindex;
  filters.tcm_parent = parent;
  Message request(RTM_GETTFILTER, NLM_F_REQUEST | NLM_F_DUMP);
  request.append_value(filters);
  uint64_t packets = 0;
  const auto take_part = [&](Bytes part) {
    nlmsghdr head;
    while (take(part, head) && head.nlmsg_len >= sizeof(head) && head.nlmsg_len <= part.size()) {
      if (head.nlmsg_type == NLMSG_ERROR) packets = 0;  // the device is gone, or its qdisc
      if (head.nlmsg_type == NLMSG_DONE || head.nlmsg_type == NLMSG_ERROR) return false;
      if (head.nlmsg_type == RTM_NEWTFILTER)
        packets += packets_in_hardware(after(part.first(head.nlmsg_len), NLMSG_HDRLEN));
      part = after(part, NLMSG_ALIGN(head.nlmsg_len));
    }
    return true;
  };
  return dump(rtnetlink, std::move(request), take_part) ? std::optional(packets) : std::nullopt;
}

}  // namespace

uint64_t packets_in_hardware(Bytes filter) {
  const Bytes attributes = after(filter, NLMSG_ALIGN(sizeof(tcmsg)));
  const auto classifier = classifier_of(attributes);
  if (!classifier) return 0;
  const Bytes options = attribute(attributes, TCA_OPTIONS);
  if (!(host_number(attribute(options, classifier->flags)) & TCA_CLS_FLAGS_IN_HW)) return 0;
  constexpr unsigned kFirst = 1;  // actions are numbered in their order
  const Bytes action = attribute(attribute(options, classifier->actions), kFirst);
  const Bytes stats = attribute(attribute(action, TCA_ACT_STATS), TCA_STATS_BASIC_HW);
  uint32_t packets = 0;
  return take(after(stats, offsetof(gnet_stats_basic, packets)), packets) ? packets : 0;
}

void append_hardware_counter(const UniqueFd& rtnetlink, int ifindex, const std::string& device,
                             bool has_egress, uint32_t netns, CounterValues& values) {
  const auto received = packets_of(rtnetlink, ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS));
  if (!received) return;
  uint64_t packets = *received;
  if (has_egress) {
    const auto sent = packets_of(rtnetlink, ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS));
    if (!sent) return;
    packets += *sent;
  }
  values.push_back({netns, device, std::string(kInHardware), packets});
}

}  // namespace pwru::kernel
