// SPDX-License-Identifier: Apache-2.0
#include "kernel/lookups/qdiscs.h"

#include <fmt/format.h>
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <vector>

namespace pwru::kernel {
namespace {

struct Queue {
  uint32_t handle = 0, parent = 0;
  std::string kind;
  gnet_stats_queue stats = {};
};

// Also those that the kernel made for classes that were given none (TCA_DUMP_INVISIBLE, 4.11).
std::optional<std::vector<Queue>> read_queues(const AskKernel& ask, const QdiscQuestion& question) {
  Message request(RTM_GETQDISC, NLM_F_REQUEST | NLM_F_DUMP);
  request.append_value(tcmsg{});
  request.add(TCA_DUMP_INVISIBLE, Bytes());
  std::vector<Queue> queues;
  const auto take_queue = [&](Bytes body) {
    tcmsg head = {};
    if (!take(body, head) || head.tcm_ifindex != static_cast<int>(question.ifindex)) return;
    const Bytes attributes = after(body, NLMSG_ALIGN(sizeof(head)));
    Queue queue = {head.tcm_handle, head.tcm_parent,
                   std::string(text_of(attribute(attributes, TCA_KIND)))};
    if (take(attribute(attribute(attributes, TCA_STATS2), TCA_STATS_QUEUE), queue.stats))
      queues.push_back(std::move(queue));
  };
  if (!for_each_message(ask(question.netns, request.bytes()), RTM_NEWQDISC, take_queue))
    return std::nullopt;
  return queues;
}

uint16_t major(uint32_t handle) { return static_cast<uint16_t>(TC_H_MAJ(handle) >> 16); }

// A qdisc that is given others' packets counts what those drop, too.
bool has_dropping_child(const std::vector<Queue>& queues, const Queue& queue) {
  return queue.handle && std::ranges::any_of(queues, [&](const Queue& other) {
           return &other != &queue && other.stats.drops &&
                  major(other.parent) == major(queue.handle);
         });
}

// Whether packets of the root come to that one, by however many others.
bool is_below(const std::vector<Queue>& queues, const Queue& queue, uint16_t root) {
  uint16_t parent = major(queue.parent);
  for (size_t depth = 0; depth < queues.size(); depth++) {
    if (parent == root) return true;
    const auto next =
        std::ranges::find(queues, parent, [](const Queue& other) { return major(other.handle); });
    if (next == queues.end() || !parent) return false;
    parent = major(next->parent);
  }
  return false;
}

}  // namespace

std::optional<DroppingQdisc> find_dropping_qdisc(const AskKernel& ask,
                                                 const QdiscQuestion& question) {
  const auto queues = read_queues(ask, question);
  if (!queues) return std::nullopt;
  std::vector<const Queue*> dropping;
  for (const Queue& queue : *queues)
    if (queue.stats.drops && is_below(*queues, queue, question.root) &&
        !has_dropping_child(*queues, queue))
      dropping.push_back(&queue);
  if (dropping.size() > 1)
    std::erase_if(dropping, [](const Queue* queue) { return queue->stats.qlen == 0; });
  if (dropping.empty()) return DroppingQdisc{};
  if (dropping.size() > 1) return std::nullopt;
  const Queue& queue = *dropping.front();
  return DroppingQdisc{queue.kind,
                       fmt::format("{:x}:{:x}", major(queue.parent), TC_H_MIN(queue.parent)),
                       queue.stats.qlen};
}

}  // namespace pwru::kernel
