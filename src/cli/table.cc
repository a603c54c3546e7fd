// SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <limits>

#include "cli/values.h"

namespace pwru::cli {
namespace {

tl::unexpected<Error> expected(std::string what) {
  return fail("expected " + std::move(what), ExitCode::BadUsage);
}

Result<> set_func(Options& options, std::string_view value) {
  RE2::Options quiet;
  quiet.set_log_errors(false);
  const RE2 pattern(re2::StringPiece(value.data(), value.size()), quiet);
  if (!pattern.ok())
    return expected("a regular expression in RE2 syntax (" + pattern.error() + ")");
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
  for (;;) {
    const size_t comma = value.find(',');
    PWRU_TRY(add_kmod(options, value.substr(0, comma)));
    if (comma == std::string_view::npos) return {};
    value.remove_prefix(comma + 1);
  }
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

// clang-format off
constexpr std::array kTable = std::to_array<OptionRow>({
    {"filter-func", 0, "REGEX", Group::Filter, set_func,
     "only kernel functions whose whole name matches this RE2 pattern"},
    {"filter-mark", 0, "MARK[/MASK]", Group::Filter, set_mark,
     "only packets with this mark; decimal or 0x hex"},
    {"filter-netns", 0, "NETNS", Group::Filter, set_netns,
     "only packets in this network namespace: /path or inode:N"},
    {"filter-ifname", 0, "NAME", Group::Filter, &Options::filter_ifname,
     "only packets on this interface (of --filter-netns, if given)"},
    {"filter-track-skb", 0, "", Group::Filter, &Options::filter_track_skb,
     "follow a packet that matched once, also when it no longer matches (NAT, clones, tunnels)"},
    {"filter-tunnel-pcap-l2", 0, "EXPR", Group::Filter, &Options::filter_tunnel_pcap_l2,
     "only tunnels whose inner Ethernet frame matches this pcap filter"},
    {"filter-tunnel-pcap-l3", 0, "EXPR", Group::Filter, &Options::filter_tunnel_pcap_l3,
     "only tunnels whose inner IP packet matches this pcap filter"},
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
    {"output-tuple", 0, "", Group::Output, &Options::output_tuple,
     "print addresses, ports and protocol (default: true)"},
    {"output-tcp-flags", 0, "", Group::Output, &Options::output_tcp_flags,
     "print the TCP flags with the tuple"},
    {"output-tunnel", 0, "", Group::Output, &Options::output_tunnel,
     "print the tunnel that the packet is in, and what it carries"},
    {"output-skb", 0, "", Group::Output, &Options::output_skb,
     "print the whole struct sk_buff after each line"},
    {"output-stack", 0, "", Group::Output, &Options::output_stack,
     "print the kernel stack after each line"},
    {"output-caller", 0, "", Group::Output, &Options::output_caller,
     "print the function that called the probed one"},
    {"output-file", 0, "FILE", Group::Output, &Options::output_file,
     "append the lines to this file instead of stdout"},
    {"output-limit-lines", 0, "N", Group::Output, set_limit_lines,
     "exit after this many lines (default: 0, no limit)"},
    {"output-buffer-size", 0, "SIZE", Group::Output, set_buffer_size,
     "memory of all ring buffers together, as in 64M (default: 0, fits the machine)"},
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

constexpr std::array kAbsent = std::to_array<std::string_view>({
    "filter-non-skb-funcs", "filter-skb-expr", "filter-trace-tc", "filter-trace-xdp",
    "filter-track-bpf-helpers", "filter-track-skb-by-stackid",
    "filter-xdp-expr", "netns-names-max-length", "output-bpfmap",
    "output-file-compress", "output-file-max-age", "output-file-max-backups",
    "output-file-max-size", "output-json", "output-netns-names", "output-skb-cb",
    "output-skb-metadata", "output-skb-shared-info", "output-xdp-metadata",
    "set-percpu-buf",
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

std::span<const std::string_view> absent_options() { return kAbsent; }

}  // namespace pwru::cli
