// SPDX-License-Identifier: Apache-2.0
#include "session/loss_watch.h"

#include "base/log.h"
#include "knowledge/loss_row.h"

namespace pwru {
namespace {

// --filter-netns is none of these: the counters are those of that namespace.
bool sees_some_packets_only(const cli::Options& options) {
  return !options.filter_pcap.empty() || options.filter_mark.mask != 0 ||
         !options.filter_ifname.empty() || !options.filter_skb_expr.empty() ||
         !options.filter_tunnel_pcap_l2.empty() || !options.filter_tunnel_pcap_l3.empty() ||
         options.output_limit_lines != 0;
}

kernel::CounterValues of_interest(kernel::CounterValues counters) {
  std::erase_if(counters, [](const kernel::CounterValue& counter) {
    return !knowledge::means_loss(counter.name) && counter.name != kernel::kInHardware;
  });
  return counters;
}

}  // namespace

LossWatch::LossWatch(kernel::LossCounters counters, bool is_partial)
    : counters_(std::move(counters)) {
  readings_.is_partial = is_partial;
  for (const auto& netns : *counters_.namespaces()) readings_.netns_names[netns.inode] = netns.name;
  readings_.before = of_interest(counters_.read());
}

std::optional<LossWatch> LossWatch::start(const cli::Options& options, uint32_t netns) {
  if (!cli::asks_for_deaths(options)) return std::nullopt;
  LossWatch watch(kernel::LossCounters::open(netns), sees_some_packets_only(options));
  const size_t count = watch.namespaces()->size();
  if (count == 0)
    log_info(
        "losses without a packet are not looked for: no process is in that network namespace, "
        "or /proc is not mounted");
  else if (!watch.counters_.are_all())
    log_info("losses without a packet are looked for in {} network namespaces only", count);
  return watch;
}

void LossWatch::finish(output::Sink& sink) {
  readings_.after = of_interest(counters_.read());
  sink.compare_with(std::move(readings_));
}

}  // namespace pwru
