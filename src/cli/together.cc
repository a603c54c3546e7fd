// SPDX-License-Identifier: Apache-2.0
#include "cli/together.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace pwru::cli {
namespace {

constexpr std::string_view kNone = "none";

// Each rule returns what is wrong with these options together; "" when nothing is wrong.

std::string none_is_alone(const Options& options) {
  if (!options.kmods || options.kmods->size() < 2) return "";
  if (std::ranges::find(*options.kmods, kNone) == options.kmods->end()) return "";
  return fmt::format("--kmods '{}': expected either module names or none, not both",
                     join(*options.kmods, ","));
}

std::string interface_has_a_namespace_to_enter(const Options& options) {
  if (!options.filter_netns.starts_with("inode:") || options.filter_ifname.empty()) return "";
  return "inode netns specifier cannot be used with --filter-ifname: an interface is looked up by "
         "entering its namespace, so give --filter-netns a /path";
}

std::string ids_are_of_followed_packets(const Options& options) {
  if (!options.output_id || follows_packets(options) || options.on.any()) return "";
  return "--output-id prints the ids of packets that are followed: give --filter-track-skb too";
}

std::string tracepoints_are_no_functions(const Options& options) {
  if (options.backend != Backend::Tracepoint || option_about_functions(options).empty()) return "";
  return fmt::format("{} is about functions: it cannot be used with --backend tracepoint",
                     option_about_functions(options));
}

std::string lists_go_to_stdout(const Options& options) {
  if (options.output_file.empty() || (!options.doctor && !options.list_funcs)) return "";
  return fmt::format("{} prints on standard output: leave --output-file out",
                     options.doctor ? "doctor" : "--list-funcs");
}

std::string drops_are_where_packets_die(const Options& options) {
  if (!options.drops) return "";
  if (options.why) return "--why is --drops with the way of the packet: give one of them";
  if (!options.filter_func.text.empty())
    return "--drops chooses the functions itself: leave --filter-func out";
  const std::string_view other = follows_packets(options)   ? "options that follow packets"
                                 : options.filter_trace_tc  ? "--filter-trace-tc"
                                 : options.filter_trace_xdp ? "--filter-trace-xdp"
                                                            : "";
  if (other.empty()) return "";
  return fmt::format(
      "--drops only looks where packets die: leave {} out, or give --why, which also "
      "shows the path",
      other);
}

// What fills pages, or a column of its own; "": none of it was asked for.
std::string_view option_of_dumps(const Options& options) {
  if (options.output_skb) return "--output-skb";
  if (options.output_skb_shared_info) return "--output-skb-shared-info";
  if (!options.output_skb_metadata.empty()) return "--output-skb-metadata";
  if (options.output_skb_cb) return "--output-skb-cb";
  return options.output_tunnel ? "--output-tunnel" : "";
}

// The same, and what is of a function and not of its packet.
std::string_view option_beyond_hops(const Options& options) {
  if (const std::string_view dump = option_of_dumps(options); !dump.empty()) return dump;
  if (options.output_stack) return "--output-stack";
  return options.output_bpfmap ? "--output-bpfmap" : "";
}

std::string deaths_have_blocks_of_their_own(const Options& options) {
  if (!asks_for_deaths(options) || options.output_json || option_of_dumps(options).empty())
    return "";
  return fmt::format("{} is not in what {} prints: leave it out, or add --output-json",
                     option_of_dumps(options), options.why ? "--why" : "--drops");
}

std::string ways_are_of_followed_packets(const Options& options) {
  const bool is_journey = options.output_layout == LayoutChoice::Journey;
  if (options.drops && is_journey)
    return "--drops shows no path: give --why for --output-layout journey";
  if (is_journey && options.output_json)
    return "--output-layout journey is about text: leave it out with --output-json";
  if (!options.why) return "";
  const std::string_view other = option_about_functions(options);
  return other.empty() ? ""
                       : fmt::format("--why follows packets by their skb: leave {} out", other);
}

// A way has a line for each hop, and those have no room for more.
std::string journeys_have_lines_of_their_own(const Options& options) {
  if (options.output_layout != LayoutChoice::Journey) return "";
  if (options.output_limit_lines)
    return "--output-layout journey prints packets whole: leave --output-limit-lines out";
  if (options.why) return "";
  const std::string_view other = option_beyond_hops(options);
  if (other.empty()) return "";
  return fmt::format("{} is not in what --output-layout journey prints: leave one of them out",
                     other);
}

std::string latency_is_a_table(const Options& options) {
  if (!options.latency) return "";
  const std::string_view other =
      options.drops                                    ? "--drops"
      : options.why                                    ? "--why"
      : options.output_limit_lines                     ? "--output-limit-lines"
      : follows_by_stack(options)                      ? "what follows packets by their call stack"
      : options.output_layout == LayoutChoice::Journey ? "--output-layout journey"
                                                       : option_beyond_hops(options);
  if (other.empty()) return "";
  return fmt::format("--latency prints a table and no packets: leave {} out", other);
}

std::string only_deaths_have_tables(const Options& options) {
  if ((asks_for_deaths(options) || options.latency) && options.output_json &&
      (options.summary || options.output_layout == LayoutChoice::Line))
    return "--summary and --output-layout line are about text: leave them out with --output-json, "
           "which has a table at the end";
  if (options.why && options.output_layout == LayoutChoice::Line)
    return "--output-layout line is the short form of --drops: with --why there is none";
  if (asks_for_deaths(options)) return "";
  if (options.summary && !options.latency)
    return "--summary is the table of --drops, --why and --latency: give one of them too";
  if (options.output_layout == LayoutChoice::Line)
    return "--output-layout line is the short form of --drops: give --drops too";
  return "";
}

std::string only_triggers_keep_paths(const Options& options) {
  if (options.on_packets == Options().on_packets || options.on.any()) return "";
  return "--on-packets is how many paths --on keeps: give --on too";
}

std::string paths_are_kept_at_functions(const Options& options) {
  if (!options.on.any()) return "";
  if (options.backend == Backend::Tracepoint)
    return "--on keeps the hits of functions: it cannot be used with --backend tracepoint";
  const std::string_view other = options.drops              ? "--drops"
                                 : options.filter_trace_tc  ? "--filter-trace-tc"
                                 : options.filter_trace_xdp ? "--filter-trace-xdp"
                                 : options.output_bpfmap    ? "--output-bpfmap"
                                                            : "";
  if (!other.empty())
    return fmt::format("--on keeps the hits of functions that take an skb: leave {} out", other);
  if (options.on.rst && !options.output_tuple)
    return "--on rst looks for the flag in the tuple: leave --output-tuple=false out";
  return "";
}

using Rule = std::string (*)(const Options&);
constexpr std::array<Rule, 13> kRules = {none_is_alone,
                                         interface_has_a_namespace_to_enter,
                                         ids_are_of_followed_packets,
                                         tracepoints_are_no_functions,
                                         lists_go_to_stdout,
                                         drops_are_where_packets_die,
                                         deaths_have_blocks_of_their_own,
                                         only_deaths_have_tables,
                                         ways_are_of_followed_packets,
                                         journeys_have_lines_of_their_own,
                                         latency_is_a_table,
                                         only_triggers_keep_paths,
                                         paths_are_kept_at_functions};

// With --list-funcs no packet is traced: the word of the command line is a pattern.
Result<> settle_pattern(Options& options) {
  if (!options.list_funcs || options.filter_pcap.empty()) return {};
  if (!options.filter_func.text.empty() || options.filter_pcap.find(' ') != std::string::npos)
    return fail(fmt::format("--list-funcs '{}': expected one pattern, and no filter of packets",
                            options.filter_pcap),
                ExitCode::BadUsage);
  auto pattern = read_func_filter(options.filter_pcap);
  if (!pattern)
    return fail(fmt::format("--list-funcs '{}': {}", options.filter_pcap, pattern.error().what),
                ExitCode::BadUsage);
  options.filter_func = std::move(*pattern);
  options.filter_pcap.clear();
  return {};
}

// Whoever asks why packets die need not know what shows it.
Result<> settle_deaths(Options& options) {
  if (!asks_for_deaths(options)) return {};
  const std::string& chosen = options.filter_func.text;
  if (options.drops) {
    PWRU_ASSIGN(options.filter_func, read_func_filter("@drops"));
  } else if (!chosen.empty()) {
    // Where packets that arrive end, so that their ways can be forgotten.
    PWRU_ASSIGN(options.filter_func, read_func_filter("@drops|skb_release_head_state|" + chosen));
  }
  options.filter_func.wants_refusals = true;
  options.filter_track_skb |= options.why;
  options.output_meta = options.output_tuple = true;
  options.output_caller = options.output_stack = true;
  return {};
}

// The hops of a packet are found by its id, and their lines name the place and the packet.
void settle_journeys(Options& options) {
  if (options.output_layout != LayoutChoice::Journey && !options.latency) return;
  if (!follows_by_stack(options)) options.filter_track_skb = true;
  options.output_meta = options.output_tuple = true;
}

// A path is that of a packet, also where the filter no longer knows it.
void settle_on(Options& options) {
  if (options.on.any()) options.filter_track_skb = true;
  if (options.on.any() && options.why) options.on.drop = true;
}

// A module file may be called nf-tables.ko, but its name in /sys/module has no dashes.
void settle_modules(Options& options) {
  if (options.all_kmods) options.kmods.reset();
  if (!options.kmods) return;
  if (*options.kmods == std::vector<std::string>{std::string(kNone)}) options.kmods->clear();
  for (std::string& name : *options.kmods) std::ranges::replace(name, '-', '_');
}

}  // namespace

std::string_view option_about_functions(const Options& options) {
  if (!options.filter_non_skb_funcs.empty()) return "--filter-non-skb-funcs";
  if (options.filter_track_skb_by_stackid) return "--filter-track-skb-by-stackid";
  if (options.filter_track_bpf_helpers) return "--filter-track-bpf-helpers";
  return options.output_bpfmap ? "--output-bpfmap" : "";
}

Result<> settle(Options& options) {
  for (const Rule rule : kRules)
    if (std::string sentence = rule(options); !sentence.empty())
      return fail(std::move(sentence), ExitCode::BadUsage);
  PWRU_TRY(settle_pattern(options));
  PWRU_TRY(settle_deaths(options));
  settle_journeys(options);
  settle_on(options);
  settle_modules(options);
  return {};
}

}  // namespace pwru::cli
