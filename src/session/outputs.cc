// SPDX-License-Identifier: Apache-2.0
#include "session/outputs.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "cli/color.h"
#include "kernel/lookups/netlink_asker.h"
#include "kernel/proc/netns.h"
#include "output/drops_text.h"
#include "output/journey_text.h"
#include "output/json.h"
#include "output/latency_text.h"
#include "output/text.h"
#include "plan/needs.h"
#include "session/death_lookups.h"

namespace pwru {
namespace {

constexpr unsigned kMegabyteShift = 20;

// By itself only on a terminal that says its width; what reads a pipe gets the same lines always.
bool is_narrow(cli::LayoutChoice choice, int out_fd, size_t columns_wanted) {
  if (choice != cli::LayoutChoice::Auto) return choice == cli::LayoutChoice::Narrow;
  winsize size = {};
  return ::ioctl(out_fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_col < columns_wanted;
}

output::TimeColumn time_column(cli::Timestamp timestamp) {
  switch (timestamp) {
    case cli::Timestamp::None:
      return output::TimeColumn::None;
    case cli::Timestamp::Current:
      return output::TimeColumn::Current;
    case cli::Timestamp::Relative:
      return output::TimeColumn::Relative;
    case cli::Timestamp::Absolute:
      return output::TimeColumn::Absolute;
  }
  return output::TimeColumn::None;
}

bool uses_color(const cli::Options& options, int out_fd) {
  const cli::ColorEnvironment environment = {std::getenv("NO_COLOR"), std::getenv("CLICOLOR_FORCE"),
                                             std::getenv("TERM")};
  return cli::use_color(options.color, environment, ::isatty(out_fd) == 1);
}

output::TextStyle text_style(const cli::Options& options, int out_fd) {
  output::TextStyle style;
  style.time = time_column(options.timestamp);
  style.has_meta = options.output_meta;
  style.has_tuple = options.output_tuple;
  style.has_tcp_flags = options.output_tcp_flags;
  style.has_caller = options.output_caller;
  style.has_tunnel = options.output_tunnel;
  style.has_id = options.output_id;
  style.has_cb = plan::needs_of(options).control_buffer;
  if (options.output_netns_names) style.netns_name_width = options.netns_names_max_length;
  style.uses_color = uses_color(options, out_fd);
  style.is_narrow = is_narrow(options.output_layout, out_fd, output::columns_wanted(style));
  return style;
}

// What is looked up about deaths by a process of its own, which ends with the last copy of these
// functions.
void ask_by_netlink(const plan::Plan& plan, const kernel::Symbols& symbols,
                    resolve::Wanted& wanted) {
  auto started = kernel::NetlinkAsker::start();
  if (!started) {
    log_info(
        "rules of netfilter, routes, bridge ports, IPsec policies and processes are not looked up, "
        "which takes "
        "CAP_NET_ADMIN and CAP_SYS_ADMIN");
    return;
  }
  const auto asker = std::make_shared<kernel::NetlinkAsker>(std::move(*started));
  const auto ask_by = [asker](int protocol) {
    return [asker, protocol](uint32_t netns, kernel::Bytes request) {
      return asker->ask(protocol, netns, request);
    };
  };
  if (!plan.nft_sites.empty()) {
    const auto rules = std::make_shared<kernel::NftRules>(ask_by(NETLINK_NETFILTER), monotonic_ns);
    wanted.rule_text = [rules](const kernel::NftRuleName& rule, uint64_t ts_ns) {
      return rules->text(rule, ts_ns);
    };
  }
  if (!plan.xtables.tables.empty()) {
    const kernel::XtRules::Ask ask = {
        [asker](uint32_t netns, kernel::Bytes part) { return asker->table_part(netns, part); },
        ask_by(NETLINK_NETFILTER)};
    const auto rules = std::make_shared<kernel::XtRules>(ask, monotonic_ns);
    wanted.xt_rule_text = [rules](const kernel::XtRuleName& rule, uint64_t ts_ns) {
      return rules->text(rule, ts_ns);
    };
  }
  const DeathLookups::Ask ask = {
      ask_by(NETLINK_ROUTE), ask_by(NETLINK_XFRM),
      kernel::may_ask_conntrack(symbols) ? ask_by(NETLINK_NETFILTER) : kernel::AskKernel(),
      kernel::may_ask_listeners(symbols) ? ask_by(NETLINK_SOCK_DIAG) : kernel::AskKernel(),
      [asker](uint32_t netns, uint64_t socket) { return asker->owner(netns, socket); }};
  const auto lookups = std::make_shared<DeathLookups>(ask, monotonic_ns, plan.expressions.read);
  wanted.look_up = [lookups](const resolve::Record& record) { return lookups->look_up(record); };
}

}  // namespace

Result<output::Target> open_output(const cli::Options& options) {
  if (options.output_file.empty()) return output::Target::standard_output();
  const output::BackupPolicy policy = {options.output_file_max_age, options.output_file_max_backups,
                                       options.output_file_compress};
  auto target = output::Target::file(
      options.output_file, uint64_t{options.output_file_max_size} << kMegabyteShift, policy);
  if (!target) target.error().what = "--output-file: " + target.error().what;
  return target;
}

Result<resolve::Resolver> make_resolver(const cli::Options& options, const plan::Plan& plan,
                                        const resolve::Facts& facts) {
  const plan::Expressions& expressions = plan.expressions;
  resolve::Wanted wanted;
  wanted.caller = options.output_caller;
  wanted.since_last = options.timestamp == cli::Timestamp::Relative;
  wanted.wall_time = options.timestamp == cli::Timestamp::Absolute || cli::asks_for_deaths(options);
  wanted.skb_dump = options.output_skb;
  wanted.shared_info_dump = options.output_skb_shared_info;
  if (options.output_netns_names) wanted.netns_names = kernel::NetnsNames::live();
  if (!options.output_json) wanted.load_map_types = resolve::MapTypes::load;
  wanted.skb_values = expressions.skb.values;
  wanted.socket_values = expressions.socket.values;
  wanted.socket_at = expressions.skb.value_bytes;
  wanted.refusals = plan.tells_refusals;
  wanted.readings = expressions.read.size();
  wanted.xdp_values = expressions.xdp.values;
  if (cli::asks_for_deaths(options)) ask_by_netlink(plan, facts.symbols, wanted);
  return resolve::Resolver::create(std::move(wanted), facts);
}

std::unique_ptr<output::Sink> make_sink(const cli::Options& options, const plan::Plan& plan,
                                        output::Target& target) {
  const std::vector<knowledge::Fact>& read = plan.expressions.read;
  std::optional<output::Ways> ways;
  if (options.why) ways.emplace(plan.deaths.functions);
  std::optional<diagnose::Deaths> deaths;
  if (cli::asks_for_deaths(options))
    deaths.emplace(read, kernel::current_netns_inode().value_or(0));
  if (options.output_json) {
    const output::JsonStyle style = {time_column(options.timestamp)};
    auto json = std::make_unique<output::JsonSink>(target.lines(), style, std::move(deaths),
                                                   std::move(ways));
    if (options.latency) json->only_latency();
    return json;
  }
  const bool has_colors = uses_color(options, target.fd());
  const bool is_journey = options.output_layout == cli::LayoutChoice::Journey;
  if (deaths) {
    const output::DropsStyle style = {options.output_layout == cli::LayoutChoice::Line, is_journey,
                                      has_colors, std::chrono::seconds(options.summary)};
    return std::make_unique<output::DropsText>(target.lines(), style, *std::move(deaths),
                                               std::move(ways));
  }
  if (options.latency)
    return std::make_unique<output::LatencyText>(target.lines(),
                                                 std::chrono::seconds(options.summary));
  if (is_journey) return std::make_unique<output::JourneyText>(target.lines(), has_colors, read);
  return std::make_unique<output::TextSink>(target.lines(), text_style(options, target.fd()));
}

}  // namespace pwru
