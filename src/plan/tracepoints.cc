// SPDX-License-Identifier: Apache-2.0
#include "plan/tracepoints.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "plan/function_advice.h"

namespace pwru::plan {
namespace {

using kernel::Tracepoint;

// An id is no address of the kernel, and none like that of a BPF program.
constexpr uint64_t kFirstId = 0x7470'0000'0000'0000;
constexpr uint64_t kIdStep = 16;  // see Names::function()
// Of a tracepoint's name in events; the pattern of --filter-func may have it or not.
constexpr std::string_view kShownPrefix = "tp:";

constexpr std::string_view kDrop = "kfree_skb", kConsume = "consume_skb";
constexpr std::string_view kSend = "net_dev_start_xmit", kSent = "net_dev_xmit";

bool ends_packets(const Tracepoint& tracepoint) {
  return tracepoint.module.empty() && (tracepoint.name == kDrop || tracepoint.name == kConsume);
}

std::string_view program_for(const Tracepoint& tracepoint) {
  constexpr std::array<std::string_view, 5> kByPosition = {"", "1", "2", "3", "4"};
  if (ends_packets(tracepoint) && tracepoint.has_location) {
    if (tracepoint.name != kDrop || tracepoint.reason_arg != 3) return "free";
    return tracepoint.has_socket ? "drop_sock" : "drop";
  }
  if (ends_packets(tracepoint)) return "consume";
  if (tracepoint.name == kSend) return "send";
  if (tracepoint.name == kSent) return "sent";
  return kByPosition[tracepoint.skb_arg];
}

// Of a tracepoint that is not to be shown. "": it serves no other.
std::string_view hidden_program_for(const Tracepoint& tracepoint, bool tracks, bool shows_sent) {
  if (tracks && ends_packets(tracepoint)) return "release";
  return shows_sent && tracepoint.name == kSend ? "note" : "";
}

std::string names_of(const std::vector<Tracepoint>& tracepoints) {
  constexpr size_t kNamed = 6;
  std::vector<std::string_view> names;
  for (const Tracepoint& tracepoint : tracepoints) names.emplace_back(tracepoint.name);
  return join(names, ", ", kNamed);
}

tl::unexpected<Error> none_found(const cli::Options& options,
                                 const std::vector<Tracepoint>& tracepoints) {
  if (tracepoints.empty())
    return fail("find tracepoints that take an skb: this kernel's BTF names none",
                ExitCode::NotSupported);
  return fail(fmt::format("find tracepoints that take an skb{}: none matches --filter-func '{}'; "
                          "there are {}",
                          options.backend ? "" : ", as functions cannot be probed on this kernel",
                          options.filter_func.text, names_of(tracepoints)),
              ExitCode::BadUsage);
}

}  // namespace

Result<TracepointSites> find_tracepoints(const cli::Options& options, const kernel::Btf& vmlinux,
                                         const std::vector<kernel::ModuleBtf>& modules) {
  kernel::Tracepoints all = kernel::find_tracepoints(vmlinux, modules, nullptr);
  const kernel::NameTest is_wanted = names_wanted(options.filter_func, vmlinux);
  const auto is_shown = [&](std::string_view name) {
    return !is_wanted || is_wanted(name) || is_wanted(std::string(kShownPrefix).append(name));
  };
  const bool tracks = cli::follows_packets(options);

  TracepointSites sites = {{}, std::move(all.left_out)};
  size_t shown = 0;
  uint64_t id = kFirstId;
  for (const Tracepoint& tracepoint : all.found) {
    TracepointSite site;
    site.is_shown = is_shown(tracepoint.name);
    site.program = site.is_shown ? program_for(tracepoint)
                                 : hidden_program_for(tracepoint, tracks, is_shown(kSent));
    if (site.program.empty()) continue;
    shown += site.is_shown;
    site.tracepoint = tracepoint;
    site.site = {id += kIdStep, kernel::SiteKind::Tracepoint,
                 std::string(kShownPrefix) + tracepoint.name, tracepoint.module, 0};
    sites.found.push_back(std::move(site));
  }
  // Attached last, because it notes what net_dev_xmit forgets: a note that stays is taken for that
  // of a later packet.
  std::stable_partition(  // clang 14 cannot compile that of std::ranges
      sites.found.begin(), sites.found.end(),
      [](const TracepointSite& site) { return site.tracepoint.name != kSend; });
  // Programs may be all that is wanted.
  if (!shown && !options.filter_trace_tc && !options.filter_trace_xdp)
    return none_found(options, all.found);
  return sites;
}

}  // namespace pwru::plan
