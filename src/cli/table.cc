// SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>

#include "cli/func_filter.h"
#include "cli/values.h"

namespace pwru::cli {
namespace {

tl::unexpected<Error> expected(std::string what) {
  return fail("expected " + std::move(what), ExitCode::BadUsage);
}

Result<> set_func(Options& options, std::string_view value) {
  PWRU_TRY(read_func_filter(value));
  options.filter_func = value;
  return {};
}

Result<> set_mark(Options& options, std::string_view value) {
  const std::optional<MarkFilter> mark = read_mark(value);
  if (!mark) return expected("MARK[/MASK], each decimal or 0x hex of at most 32 bits");
  options.filter_mark = *mark;
  return {};
}

Result<> set_netns(Options& options, std::string_view value) {
  if (!value.empty() && !is_netns(value))
    return expected("/path of a namespace file, or inode:N with its inode number");
  options.filter_netns = value;
  return {};
}

// A module file may be called nf-tables.ko, but its name in /sys has no dashes.
std::string module_name(std::string_view text) {
  std::string name(text);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// Calls add(word) for the words between the commas of `value`.
template <class Add>
Result<> add_each(std::string_view value, Add add) {
  for (;;) {
    const size_t comma = value.find(',');
    PWRU_TRY(add(value.substr(0, comma)));
    if (comma == std::string_view::npos) return {};
    value.remove_prefix(comma + 1);
  }
}

Result<> add_kmod(Options& options, std::string_view value) {
  static constexpr std::string_view kNone = "none";
  std::vector<std::string>& kmods = *options.kmods;
  if (value.empty() || value.find_first_of("/ \t") != std::string_view::npos)
    return expected("module names separated by commas, or none");
  kmods.push_back(module_name(value));
  const bool has_none = std::find(kmods.begin(), kmods.end(), kNone) != kmods.end();
  if (has_none && kmods.size() > 1) return expected("either module names or none, not both");
  return {};
}

Result<> add_kmods(Options& options, std::string_view value) {
  if (!options.kmods) options.kmods.emplace();
  return add_each(value, [&](std::string_view name) { return add_kmod(options, name); });
}

Result<> add_non_skb_funcs(Options& options, std::string_view value) {
  return add_each(value, [&](std::string_view name) -> Result<> {
    if (name.empty() || name.find_first_of(" \t") != std::string_view::npos)
      return expected("names of kernel functions separated by commas");
    options.filter_non_skb_funcs.emplace_back(name);
    return {};
  });
}

Result<> add_skb_metadata(Options& options, std::string_view value) {
  if (value.empty()) return expected("C expressions separated by commas, as in skb->hash");
  options.output_skb_metadata.emplace_back(value);
  return {};
}

Result<> add_xdp_metadata(Options& options, std::string_view value) {
  if (value.empty()) return expected("C expressions separated by commas, as in xdp->frame_sz");
  options.output_xdp_metadata.emplace_back(value);
  return {};
}

Result<> set_backend(Options& options, std::string_view value) {
  if (value.empty()) {
    options.backend = Backend::Auto;
  } else if (value == "kprobe") {
    options.backend = Backend::Kprobe;
  } else if (value == "kprobe-multi") {
    options.backend = Backend::KprobeMulti;
  } else {
    return expected("kprobe or kprobe-multi");
  }
  return {};
}

Result<> set_kprobe_batch(Options& options, std::string_view value) {
  const auto batch = read_number(value, std::numeric_limits<uint32_t>::max());
  if (batch.value_or(0) == 0) return expected("a number greater than 0");
  options.filter_kprobe_batch = static_cast<uint32_t>(*batch);
  return {};
}

Result<> set_netns_names_length(Options& options, std::string_view value) {
  constexpr uint32_t kLeast = 10;
  const auto length = read_number(value, std::numeric_limits<uint8_t>::max());
  if (!length) return expected("a number from 0 to 255");
  options.netns_names_max_length = std::max(static_cast<uint32_t>(*length), kLeast);
  return {};
}

Result<> set_percpu_buf(Options& options, std::string_view value) {
  const auto bytes = read_number(value, std::numeric_limits<uint32_t>::max());
  if (!bytes) return expected("a number of bytes");
  options.set_percpu_buf = std::max(static_cast<uint32_t>(*bytes), 1u);
  return {};
}

constexpr uint32_t kMostDays = 36500;

Result<> set_file_max_size(Options& options, std::string_view value) {
  constexpr uint32_t kDefault = 100;
  const auto megabytes = read_number(value, std::numeric_limits<uint32_t>::max());
  if (!megabytes) return expected("a number of megabytes, 0 for 100");
  options.output_file_max_size = *megabytes ? static_cast<uint32_t>(*megabytes) : kDefault;
  return {};
}

Result<> set_file_max_age(Options& options, std::string_view value) {
  const auto days = read_number(value, kMostDays);
  if (!days) return expected(fmt::format("a number of days up to {}, 0 for ever", kMostDays));
  options.output_file_max_age = static_cast<uint32_t>(*days);
  return {};
}

Result<> set_file_max_backups(Options& options, std::string_view value) {
  const auto files = read_number(value, std::numeric_limits<uint32_t>::max());
  if (!files) return expected("a number of files, 0 for all");
  options.output_file_max_backups = static_cast<uint32_t>(*files);
  return {};
}

Result<> set_limit_lines(Options& options, std::string_view value) {
  const auto lines = read_number(value, std::numeric_limits<uint64_t>::max());
  if (!lines) return expected("a number, 0 for no limit");
  options.output_limit_lines = *lines;
  return {};
}

Result<> set_buffer_size(Options& options, std::string_view value) {
  const auto bytes = read_size(value);
  if (!bytes) return expected("a number of bytes, or one with K, M or G, as in 64M");
  options.output_buffer_bytes = *bytes;
  return {};
}

Result<> set_timestamp(Options& options, std::string_view value) {
  if (value == "none") {
    options.timestamp = Timestamp::None;
  } else if (value == "current") {
    options.timestamp = Timestamp::Current;
  } else if (value == "relative") {
    options.timestamp = Timestamp::Relative;
  } else if (value == "absolute") {
    options.timestamp = Timestamp::Absolute;
  } else {
    return expected("none, current, relative or absolute");
  }
  return {};
}

Result<> set_color(Options& options, std::string_view value) {
  if (value == "auto") {
    options.color = ColorChoice::Auto;
  } else if (value == "always") {
    options.color = ColorChoice::Always;
  } else if (value == "never") {
    options.color = ColorChoice::Never;
  } else {
    return expected("auto, always or never");
  }
  return {};
}

Result<> set_layout(Options& options, std::string_view value) {
  if (value == "auto") {
    options.output_layout = LayoutChoice::Auto;
  } else if (value == "wide") {
    options.output_layout = LayoutChoice::Wide;
  } else if (value == "narrow") {
    options.output_layout = LayoutChoice::Narrow;
  } else {
    return expected("auto, wide or narrow");
  }
  return {};
}

// clang-format off
constexpr std::array kTable = std::to_array<OptionRow>({
    {"filter-func", 0, "REGEX", Group::Filter, set_func,
     "only kernel functions whose whole name matches this RE2 pattern; @drops: all that drop packets"},
    {"filter-mark", 0, "MARK[/MASK]", Group::Filter, set_mark,
     "only packets with this mark; decimal or 0x hex"},
    {"filter-netns", 0, "NETNS", Group::Filter, set_netns,
     "only packets in this network namespace: /path or inode:N"},
    {"filter-ifname", 0, "NAME", Group::Filter, &Options::filter_ifname,
     "only packets on this interface (of --filter-netns, if given)"},
    {"filter-skb-expr", 0, "EXPR", Group::Filter, &Options::filter_skb_expr,
     "only packets for which this C expression on struct sk_buff *skb is true: skb->dev->mtu > 1500"},
    {"filter-xdp-expr", 0, "EXPR", Group::Filter, &Options::filter_xdp_expr,
     "the same at XDP programs, on struct xdp_buff *xdp: xdp->rxq->dev->ifindex == 2"},
    {"filter-track-skb", 0, "", Group::Filter, &Options::filter_track_skb,
     "follow a packet that matched once, also when it no longer matches (NAT, clones, tunnels)"},
    {"filter-track-skb-by-stackid", 0, "", Group::Filter, &Options::filter_track_skb_by_stackid,
     "show also what runs in a call stack that is handling a packet that matched"},
    {"filter-non-skb-funcs", 0, "NAMES", Group::Filter, add_non_skb_funcs,
     "show also these functions, which take no skb, when they run for a packet that matched; names separated by commas"},
    {"filter-track-bpf-helpers", 0, "", Group::Filter, &Options::filter_track_bpf_helpers,
     "show also what the loaded BPF programs call for a packet that matched: helpers, functions of maps"},
    {"filter-tunnel-pcap-l2", 0, "EXPR", Group::Filter, &Options::filter_tunnel_pcap_l2,
     "only tunnels whose inner Ethernet frame matches this pcap filter"},
    {"filter-tunnel-pcap-l3", 0, "EXPR", Group::Filter, &Options::filter_tunnel_pcap_l3,
     "only tunnels whose inner IP packet matches this pcap filter"},
    {"filter-trace-tc", 0, "", Group::Probe, &Options::filter_trace_tc,
     "trace the machine's TC BPF programs too, with their verdicts"},
    {"filter-trace-xdp", 0, "", Group::Probe, &Options::filter_trace_xdp,
     "trace the machine's XDP programs too, with their verdicts"},
    {"kmods", 0, "NAMES", Group::Probe, add_kmods,
     "probe only these modules besides the kernel: names separated by commas, or none (default: every loaded module)"},
    {"all-kmods", 0, "", Group::Probe, &Options::all_kmods,
     "probe every loaded module; overrides --kmods"},
    {"kernel-btf", 0, "FILE", Group::Probe, &Options::kernel_btf,
     "read the kernel's types from this file instead of /sys/kernel/btf/vmlinux"},
    {"backend", 0, "kprobe|kprobe-multi", Group::Probe, set_backend,
     "how to attach (default: the best one this kernel has)"},
    {"filter-kprobe-batch", 0, "N", Group::Probe, set_kprobe_batch,
     "functions that the kprobe backend attaches in one go"},
    {"output-meta", 0, "", Group::Output, &Options::output_meta,
     "print netns, mark, interface, protocol, MTU and length (default: true)"},
    {"output-netns-names", 0, "", Group::Output, &Options::output_netns_names,
     "print the name of the network namespace, of its container or of its oldest process"},
    {"netns-names-max-length", 0, "N", Group::Output, set_netns_names_length,
     "width of that column, at least 10 (default: 16)"},
    {"output-tuple", 0, "", Group::Output, &Options::output_tuple,
     "print addresses, ports and protocol (default: true)"},
    {"output-tcp-flags", 0, "", Group::Output, &Options::output_tcp_flags,
     "print the TCP flags with the tuple"},
    {"output-tunnel", 0, "", Group::Output, &Options::output_tunnel,
     "print the tunnel that the packet is in, and what it carries"},
    {"output-id", 0, "", Group::Output, &Options::output_id,
     "print the id of the packet, and of the one it was made of: 0.c2<0.1"},
    {"output-skb", 0, "", Group::Output, &Options::output_skb,
     "print the whole struct sk_buff after each line"},
    {"output-skb-metadata", 0, "EXPR[,EXPR]", Group::Output, add_skb_metadata,
     "print the values of these C expressions on struct sk_buff *skb at the end of each line"},
    {"output-xdp-metadata", 0, "EXPR[,EXPR]", Group::Output, add_xdp_metadata,
     "the same on struct xdp_buff *xdp, for the events of --filter-trace-xdp"},
    {"output-skb-shared-info", 0, "", Group::Output, &Options::output_skb_shared_info,
     "print its struct skb_shared_info: page fragments and segmentation offload"},
    {"output-skb-cb", 0, "", Group::Output, &Options::output_skb_cb,
     "print the control buffer as TC programs see it, __sk_buff->cb[]"},
    {"output-stack", 0, "", Group::Output, &Options::output_stack,
     "print the kernel stack after each line"},
    {"output-caller", 0, "", Group::Output, &Options::output_caller,
     "print the function that called the probed one"},
    {"output-bpfmap", 0, "", Group::Output, &Options::output_bpfmap,
     "show look-ups, updates and deletes in BPF maps for packets that matched, with key and value"},
    {"output-json", 0, "", Group::Output, &Options::output_json,
     "print one JSON object a line; docs/json.md says what is in it"},
    {"output-layout", 0, "auto|wide|narrow", Group::Output, set_layout,
     "wide: a line an event; narrow: one for the packet, then its functions (default: auto, by the terminal)"},
    {"output-file", 0, "FILE", Group::Output, &Options::output_file,
     "append the lines to this file instead of stdout"},
    {"output-file-max-size", 0, "MB", Group::Output, set_file_max_size,
     "rename the output file when it has this many megabytes, and begin it anew (default: 100)"},
    {"output-file-max-age", 0, "DAYS", Group::Output, set_file_max_age,
     "remove renamed output files that are older (default: 0, never)"},
    {"output-file-max-backups", 0, "N", Group::Output, set_file_max_backups,
     "keep only the newest renamed output files (default: 0, all)"},
    {"output-file-compress", 0, "", Group::Output, &Options::output_file_compress,
     "compress renamed output files with gzip"},
    {"output-limit-lines", 0, "N", Group::Output, set_limit_lines,
     "exit after this many lines (default: 0, no limit)"},
    {"output-buffer-size", 0, "SIZE", Group::Output, set_buffer_size,
     "memory of all ring buffers together, as in 64M (default: 0, fits the machine)"},
    {"set-percpu-buf", 0, "N", Group::Output, set_percpu_buf,
     "no longer needed, and ignored: dumps are always whole"},
    {"timestamp", 0, "none|current|relative|absolute", Group::Output, set_timestamp,
     "time of each line: ns since boot, ns since the packet's last line, or the clock (default: none)"},
    {"color", 0, "auto|always|never", Group::Output, set_color,
     "colour the lines (default: auto, only on a terminal)"},
    {"ready-file", 0, "FILE", Group::General, &Options::ready_file,
     "create this file when everything is attached"},
    {"debug", 0, "", Group::General, &Options::debug,
     "say more on stderr, verifier logs too"},
    {"version", 0, "", Group::General, &Options::version, "print the version and exit"},
    {"help", 'h', "", Group::General, &Options::help, "print this text and exit"},
});
// clang-format on

}  // namespace

std::span<const OptionRow> option_table() { return kTable; }

std::string_view title_of(Group group) {
  switch (group) {
    case Group::Filter:
      return "Which packets";
    case Group::Probe:
      return "Which functions, and how";
    case Group::Output:
      return "What is printed";
    case Group::General:
      return "General";
  }
  return "";
}

}  // namespace pwru::cli
