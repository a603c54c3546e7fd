// SPDX-License-Identifier: Apache-2.0
#include "kernel/counters/hardware_counters.h"

#include <linux/gen_stats.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <optional>
#include <vector>

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
  constexpr size_t kAnswerBytes = 65536;
  constexpr uint32_t kSequence = 0x70777275;  // no other request on this socket has it
  tcmsg filters = {};
  filters.tcm_family = AF_UNSPEC;
  filters.tcm_ifindex = ifindex;
  filters.tcm_parent = parent;
  Message request(RTM_GETTFILTER, NLM_F_REQUEST | NLM_F_DUMP);
  request.append_value(filters);
  std::vector<std::byte> bytes(request.bytes().begin(), request.bytes().end());
  std::memcpy(bytes.data() + offsetof(nlmsghdr, nlmsg_seq), &kSequence, sizeof(kSequence));
  if (::send(rtnetlink.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return std::nullopt;
  uint64_t packets = 0;
  std::vector<std::byte> room(kAnswerBytes);
  for (;;) {
    const ssize_t size = ::recv(rtnetlink.get(), room.data(), room.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return std::nullopt;
    Bytes answer = Bytes(room).first(static_cast<size_t>(size));
    nlmsghdr head;
    while (take(answer, head) && head.nlmsg_len >= sizeof(head) &&
           head.nlmsg_len <= answer.size()) {
      if (head.nlmsg_seq == kSequence && head.nlmsg_type == NLMSG_DONE) return packets;
      // ENOENT or EINVAL: the device has no such qdisc.
      if (head.nlmsg_seq == kSequence && head.nlmsg_type == NLMSG_ERROR) return 0;
      if (head.nlmsg_seq == kSequence && head.nlmsg_type == RTM_NEWTFILTER)
        packets += packets_in_hardware(after(answer.first(head.nlmsg_len), NLMSG_HDRLEN));
      answer = after(answer, NLMSG_ALIGN(head.nlmsg_len));
    }
  }
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
  gnet_stats_basic counted = {};
  const Bytes stats = attribute(attribute(action, TCA_ACT_STATS), TCA_STATS_BASIC_HW);
  // The struct has padding at its end that the kernel may leave out.
  if (!take(after(stats, offsetof(gnet_stats_basic, packets)), counted.packets)) return 0;
  return counted.packets;
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
