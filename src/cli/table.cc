// SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include <array>

#include "base/strings.h"
#include "cli/values.h"

namespace pwru::cli {
namespace {

tl::unexpected<Error> expected(std::string what) {
  return fail("expected " + std::move(what), ExitCode::BadUsage);
}

Result<> set_func(Options& options, std::string_view value) {
  PWRU_ASSIGN(options.filter_func, read_func_filter(value));
  return {};
}

Result<> set_list_funcs(Options& options, std::string_view pattern) {
  options.list_funcs = true;
  return set_func(options, pattern);
}

Result<> set_help(Options& options, std::string_view value) {
  if (value != "all") return expected("true or false, or all");
  options.help = options.help_all = true;
  return {};
}

Result<> set_on(Options& options, std::string_view value) {
  if (add_trigger(options.on, value)) return {};
  return expected(
      "drop, rst, retransmit, slow=TIME with a unit as in slow=5ms, or a C expression on skb as in "
      "'skb->mark == 7'");
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

Result<> set_pretend(Options& options, std::string_view value) {
  for (;;) {
    const size_t comma = value.find(',');
    const auto feature = value_named<Feature>(value.substr(0, comma));
    if (!feature) return expected("features separated by commas: " + join(kNames<Feature>, ", "));
    options.pretend_without.push_back(*feature);
    if (comma == std::string_view::npos) return {};
    value.remove_prefix(comma + 1);
  }
}

template <class T>
struct WithoutOptional {
  using Type = T;
  static constexpr bool kIsOptional = false;
};
template <class T>
struct WithoutOptional<std::optional<T>> {
  using Type = T;
  static constexpr bool kIsOptional = true;
};

// The row of an enum. An empty value resets an optional enum.
template <auto Member>
constexpr Choice choice() {
  using Stored = std::remove_reference_t<decltype(std::declval<Options&>().*Member)>;
  using Enum = typename WithoutOptional<Stored>::Type;
  Choice row = {
      .names = kNames<Enum>,
      .store = [](Options& options, size_t index) { options.*Member = static_cast<Enum>(index); },
      .load = [](const Options& options) -> std::optional<size_t> {
        const std::optional<Enum> value = options.*Member;
        return value ? std::optional<size_t>(static_cast<size_t>(*value)) : std::nullopt;
      },
      .reset = nullptr,
  };
  if constexpr (WithoutOptional<Stored>::kIsOptional)
    row.reset = [](Options& options) { options.*Member = std::nullopt; };
  return row;
}

// The list that `Member` holds. An optional list begins to exist here.
template <auto Member>
std::vector<std::string>& list_of(Options& options) {
  auto& stored = options.*Member;
  if constexpr (WithoutOptional<std::remove_reference_t<decltype(stored)>>::kIsOptional)
    return stored ? *stored : stored.emplace();
  else
    return stored;
}

// clang-format off
constexpr std::array kTable = std::to_array<OptionRow>({
    {"filter-func", Group::Filter, Special{"REGEX", set_func},
     "only kernel functions whose whole name matches this RE2 pattern; @drops: all that drop packets"},
    {"drops", Group::Filter, Flag{&Options::drops},
     "only packets that died: why, what to do about it, where; and a table of them at the end"},
    {"why", Group::Filter, Flag{&Options::why},
     "like --drops, with the way of the packet: namespaces, devices, layers, what changed"},
    {"summary", Group::Filter,
     Number{.metavar = "SECONDS", .member = &Options::summary, .unit = "seconds", .most = 86400, .zero = "the end only"},
     "with --drops, --why and --latency: print the table every so many seconds too (default: 0, at the end)"},
    {"on", Group::Filter, Special{"TRIGGER", set_on},
     "keep the paths of packets in the kernel, and print one only on: drop, slow=5ms, rst, retransmit, or a C expression on skb"},
    {"on-packets", Group::Filter,
     Number{.metavar = "N", .member = &Options::on_packets, .unit = "packets", .most = 1 << 20, .raised_to = 64},
     "with --on: of so many packets the path is kept at once, 14 KiB each (default: 4096)"},
    {"filter-mark", Group::Filter, Special{"MARK[/MASK]", set_mark},
     "only packets with this mark; decimal or 0x hex"},
    {"filter-netns", Group::Filter, Special{"NETNS", set_netns},
     "only packets in this network namespace: /path or inode:N"},
    {"filter-ifname", Group::Filter, Text{"NAME", &Options::filter_ifname},
     "only packets on this interface (of --filter-netns, if given)"},
    {"filter-skb-expr", Group::Filter, Text{"EXPR", &Options::filter_skb_expr},
     "only packets for which this C expression on struct sk_buff *skb is true: skb->dev->mtu > 1500"},
    {"filter-xdp-expr", Group::Filter, Text{"EXPR", &Options::filter_xdp_expr},
     "the same at XDP programs, on struct xdp_buff *xdp: xdp->rxq->dev->ifindex == 2"},
    {"filter-track-skb", Group::Filter, Flag{&Options::filter_track_skb},
     "follow a packet that matched once, also when it no longer matches (NAT, clones, tunnels)"},
    {"filter-track-skb-by-stackid", Group::Filter, Flag{&Options::filter_track_skb_by_stackid},
     "show also what runs in a call stack that is handling a packet that matched"},
    {"filter-non-skb-funcs", Group::Filter,
     List{"NAMES", list_of<&Options::filter_non_skb_funcs>, "names of kernel functions separated by commas"},
     "show also these functions, which take no skb, when they run for a packet that matched; names separated by commas"},
    {"filter-track-bpf-helpers", Group::Filter, Flag{&Options::filter_track_bpf_helpers},
     "show also what the loaded BPF programs call for a packet that matched: helpers, functions of maps"},
    {"filter-tunnel-pcap-l2", Group::Filter, Text{"EXPR", &Options::filter_tunnel_pcap_l2},
     "only tunnels whose inner Ethernet frame matches this pcap filter"},
    {"filter-tunnel-pcap-l3", Group::Filter, Text{"EXPR", &Options::filter_tunnel_pcap_l3},
     "only tunnels whose inner IP packet matches this pcap filter"},
    {"filter-trace-tc", Group::Probe, Flag{&Options::filter_trace_tc},
     "trace the machine's TC BPF programs too, with their verdicts"},
    {"filter-trace-xdp", Group::Probe, Flag{&Options::filter_trace_xdp},
     "trace the machine's XDP programs too, with their verdicts"},
    {"kmods", Group::Probe,
     List{.metavar = "NAMES", .of = list_of<&Options::kmods>, .expected = "module names separated by commas, or none", .forbidden = "/ \t"},
     "probe only these modules besides the kernel: names separated by commas, or none (default: every loaded module)"},
    {"all-kmods", Group::Probe, Flag{&Options::all_kmods},
     "probe every loaded module; overrides --kmods"},
    {"kernel-btf", Group::Probe, Text{"FILE", &Options::kernel_btf},
     "read the kernel's types from this file instead of /sys/kernel/btf/vmlinux"},
    {"backend", Group::Probe, choice<&Options::backend>(),
     "how to attach (default: the best one this kernel has)"},
    {"filter-kprobe-batch", Group::Probe,
     Number{.metavar = "N", .member = &Options::filter_kprobe_batch, .least = 1},
     "functions that the kprobe backend attaches in one go"},
    {"output-meta", Group::Output, Flag{&Options::output_meta},
     "print netns, mark, interface, protocol, MTU and length (default: true)"},
    {"output-netns-names", Group::Output, Flag{&Options::output_netns_names},
     "print the name of the network namespace, of its container or of its oldest process"},
    {"netns-names-max-length", Group::Output,
     Number{.metavar = "N", .member = &Options::netns_names_max_length, .unit = "characters", .most = 255, .raised_to = 10},
     "width of that column, at least 10 (default: 16)"},
    {"output-tuple", Group::Output, Flag{&Options::output_tuple},
     "print addresses, ports and protocol (default: true)"},
    {"output-tcp-flags", Group::Output, Flag{&Options::output_tcp_flags},
     "print the TCP flags with the tuple"},
    {"output-tunnel", Group::Output, Flag{&Options::output_tunnel},
     "print the tunnel that the packet is in, and what it carries"},
    {"output-id", Group::Output, Flag{&Options::output_id},
     "print the id of the packet, and of the one it was made of: 0.c2<0.1"},
    {"output-skb", Group::Output, Flag{&Options::output_skb},
     "print the whole struct sk_buff after each line"},
    {"output-skb-metadata", Group::Output,
     List{.metavar = "EXPR[,EXPR]", .of = list_of<&Options::output_skb_metadata>, .expected = "C expressions separated by commas, as in skb->hash", .is_split = false, .forbidden = ""},
     "print the values of these C expressions on struct sk_buff *skb at the end of each line"},
    {"output-xdp-metadata", Group::Output,
     List{.metavar = "EXPR[,EXPR]", .of = list_of<&Options::output_xdp_metadata>, .expected = "C expressions separated by commas, as in xdp->frame_sz", .is_split = false, .forbidden = ""},
     "the same on struct xdp_buff *xdp, for the events of --filter-trace-xdp"},
    {"output-skb-shared-info", Group::Output, Flag{&Options::output_skb_shared_info},
     "print its struct skb_shared_info: page fragments and segmentation offload"},
    {"output-skb-cb", Group::Output, Flag{&Options::output_skb_cb},
     "print the control buffer as TC programs see it, __sk_buff->cb[]"},
    {"output-stack", Group::Output, Flag{&Options::output_stack},
     "print the kernel stack after each line"},
    {"output-caller", Group::Output, Flag{&Options::output_caller},
     "print the function that called the probed one"},
    {"output-bpfmap", Group::Output, Flag{&Options::output_bpfmap},
     "show look-ups, updates and deletes in BPF maps for packets that matched, with key and value"},
    {"latency", Group::Output, Flag{&Options::latency},
     "no events: a table of the times between functions, with histograms, and the slowest packets"},
    {"output-json", Group::Output, Flag{&Options::output_json},
     "print one JSON object a line; docs/json.md says what is in it"},
    {"json", Group::Output, Flag{&Options::output_json},
     "short for --output-json"},
    {"output-layout", Group::Output, choice<&Options::output_layout>(),
     "wide: a line an event; narrow: one for the packet, then its functions (default: auto, by the terminal); line: with --drops, a line a packet; journey: each packet with its whole way, when it is over"},
    {"output-file", Group::Output, Text{"FILE", &Options::output_file},
     "append the lines to this file instead of stdout"},
    {"output-file-max-size", Group::Output,
     Number{.metavar = "MB", .member = &Options::output_file_max_size, .unit = "megabytes", .zero = "100", .stored_for_zero = 100},
     "rename the output file when it has this many megabytes, and begin it anew (default: 100)"},
    {"output-file-max-age", Group::Output,
     Number{.metavar = "DAYS", .member = &Options::output_file_max_age, .unit = "days", .most = 36500, .zero = "ever"},
     "remove renamed output files that are older (default: 0, never)"},
    {"output-file-max-backups", Group::Output,
     Number{.metavar = "N", .member = &Options::output_file_max_backups, .unit = "files", .zero = "all"},
     "keep only the newest renamed output files (default: 0, all)"},
    {"output-file-compress", Group::Output, Flag{&Options::output_file_compress},
     "compress renamed output files with gzip"},
    {"output-limit-lines", Group::Output,
     Number{.metavar = "N", .member = &Options::output_limit_lines, .zero = "no limit"},
     "exit after this many lines (default: 0, no limit)"},
    {"output-buffer-size", Group::Output,
     Number{.metavar = "SIZE", .member = &Options::output_buffer_bytes, .unit = "bytes", .takes_suffix = true},
     "memory of all ring buffers together, as in 64M (default: 0, fits the machine)"},
    {"set-percpu-buf", Group::Output,
     Number{.metavar = "N", .member = &Options::set_percpu_buf, .unit = "bytes", .raised_to = 1},
     "no longer needed, and ignored: dumps are always whole"},
    {"timestamp", Group::Output, choice<&Options::timestamp>(),
     "time of each line: ns since boot, ns since the packet's last line, or the clock (default: none)"},
    {"color", Group::Output, choice<&Options::color>(),
     "colour the lines (default: auto, only on a terminal)"},
    {"list-funcs", Group::General, Flag{&Options::list_funcs, set_list_funcs},
     "list the functions that would be probed, and those that are left out and why; a word behind it is a pattern"},
    {"ready-file", Group::General, Text{"FILE", &Options::ready_file},
     "create this file when everything is attached"},
    {"debug", Group::General, Flag{&Options::debug},
     "say more on stderr, verifier logs too"},
    {"man", Group::General, Flag{&Options::man}, "print the manual and exit"},
    {"json-schema", Group::General, Flag{&Options::json_schema},
     "print the schema of the JSON and exit"},
    {"version", Group::General, Flag{&Options::version}, "print the version and exit"},
    {"help", Group::General, Flag{&Options::help, set_help},
     "print the most used options and exit; --help=all: all of them", 'h'},
});
// clang-format on

constexpr std::array kHiddenTable = std::to_array<OptionRow>({
    {"pretend-without", Group::General, Special{"FEATURES", set_pretend},
     "behave as on a kernel that lacks these"},
});

}  // namespace

std::span<const OptionRow> option_table() { return kTable; }

std::span<const OptionRow> hidden_option_table() { return kHiddenTable; }

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
