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
  if (!options.output_id || follows_packets(options)) return "";
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
  if (!options.filter_func.text.empty())
    return "--drops chooses the functions itself: leave --filter-func out";
  const std::string_view other = follows_packets(options)   ? "options that follow packets"
                                 : options.filter_trace_tc  ? "--filter-trace-tc"
                                 : options.filter_trace_xdp ? "--filter-trace-xdp"
                                                            : "";
  if (other.empty()) return "";
  return fmt::format("--drops only looks where packets die, and shows no path: leave {} out",
                     other);
}

// The blocks have no room for what fills pages, or columns.
std::string drops_have_blocks_of_their_own(const Options& options) {
  if (!options.drops || options.output_json) return "";
  const std::string_view other = options.output_skb                     ? "--output-skb"
                                 : options.output_skb_shared_info       ? "--output-skb-shared-info"
                                 : !options.output_skb_metadata.empty() ? "--output-skb-metadata"
                                 : options.output_skb_cb                ? "--output-skb-cb"
                                 : options.output_tunnel                ? "--output-tunnel"
                                                                        : "";
  if (other.empty()) return "";
  return fmt::format("{} is not in what --drops prints: leave it out, or add --output-json", other);
}

std::string only_drops_have_tables(const Options& options) {
  if (options.drops && options.output_json &&
      (options.summary || options.output_layout == LayoutChoice::Line))
    return "--summary and --output-layout line are about text: leave them out with --output-json, "
           "which has a table at the end";
  if (options.drops) return "";
  if (options.summary) return "--summary is the table of --drops: give --drops too";
  if (options.output_layout == LayoutChoice::Line)
    return "--output-layout line is the short form of --drops: give --drops too";
  return "";
}

using Rule = std::string (*)(const Options&);
constexpr std::array<Rule, 8> kRules = {none_is_alone,
                                        interface_has_a_namespace_to_enter,
                                        ids_are_of_followed_packets,
                                        tracepoints_are_no_functions,
                                        lists_go_to_stdout,
                                        drops_are_where_packets_die,
                                        drops_have_blocks_of_their_own,
                                        only_drops_have_tables};

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
Result<> settle_drops(Options& options) {
  if (!options.drops) return {};
  PWRU_ASSIGN(options.filter_func, read_func_filter("@drops"));
  options.output_meta = options.output_tuple = true;
  options.output_caller = options.output_stack = true;
  return {};
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
  PWRU_TRY(settle_drops(options));
  settle_modules(options);
  return {};
}

}  // namespace pwru::cli
