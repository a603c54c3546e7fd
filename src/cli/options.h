// SPDX-License-Identifier: Apache-2.0
// What the user asked for, checked as far as the command line alone can tell. Nothing here looks
// at the machine: whether an interface or a namespace exists is the kernel room's question.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/backend.h"
#include "cli/func_filter.h"
#include "cli/names.h"

namespace pwru::cli {

enum class Timestamp { None, Current, Relative, Absolute };
template <>
inline constexpr auto kNames<Timestamp> = std::to_array<std::string_view>({"none", "current",
                                                                           "relative", "absolute"});

enum class ColorChoice { Auto, Always, Never };
template <>
inline constexpr auto kNames<ColorChoice> = std::to_array<std::string_view>({"auto", "always",
                                                                             "never"});

enum class LayoutChoice { Auto, Wide, Narrow, Line, Journey };
template <>
inline constexpr auto kNames<LayoutChoice> =
    std::to_array<std::string_view>({"auto", "wide", "narrow", "line", "journey"});

// What --pretend-without names: features that old kernels lack, each of which has a fallback.
enum class Feature { RingBuffer, MmapArrays, ProbeReadKernel, Fexit, GlobalFunctions, Cast };
template <>
inline constexpr auto kNames<Feature> = std::to_array<std::string_view>(
    {"ringbuf", "mmap", "probe_read_kernel", "fexit", "global_functions", "cast"});

// --filter-mark: matches when (skb->mark & mask) == mark; mask 0 lets everything pass.
struct MarkFilter {
  uint32_t mark = 0;  // already masked
  uint32_t mask = 0;
};

// --on: what makes the path of a packet be sent; nothing: every hit is sent when it happens.
struct Triggers {
  bool drop = false;
  bool rst = false;
  bool retransmit = false;
  uint64_t slow_ns = 0;  // since the packet's first hit; 0: none
  std::string expr;      // a C expression on struct sk_buff

  [[nodiscard]] bool any() const {
    return drop || rst || retransmit || slow_ns != 0 || !expr.empty();
  }
};

// One member an option, named like it. For strings "" means "not given", as in cilium/pwru.
struct Options {
  // The remaining words joined by single spaces: a pcap-filter(7) expression, "" for all packets.
  std::string filter_pcap;
  FuncFilter filter_func;
  MarkFilter filter_mark;
  std::string filter_netns;  // "/path" or "inode:N"
  std::string filter_ifname;
  std::string filter_skb_expr;  // a C expression on struct sk_buff
  std::string filter_xdp_expr;  // and on struct xdp_buff
  bool drops = false;           // only packets that died, with the cause
  bool why = false;             // the same with their way
  uint32_t summary = 0;         // seconds between two tables of them; 0: one at the end
  Triggers on;
  uint32_t on_packets = 4096;  // of so many packets the path is kept at once
  bool filter_track_skb = false;
  bool filter_trace_tc = false;
  bool filter_trace_xdp = false;
  bool filter_track_skb_by_stackid = false;
  bool filter_track_bpf_helpers = false;
  std::vector<std::string> filter_non_skb_funcs;  // kernel functions; none is empty
  // pcap-filter(7) expressions on the frame and the IP packet in a tunnel.
  std::string filter_tunnel_pcap_l2;
  std::string filter_tunnel_pcap_l3;

  // Names as in /sys/module. An empty list means no module, no list every loaded module.
  std::optional<std::vector<std::string>> kmods;
  bool all_kmods = false;  // was given; then `kmods` has no list
  std::string kernel_btf;
  std::optional<Backend> backend;    // none: the best that the kernel has
  uint32_t filter_kprobe_batch = 0;  // functions attached in one go; 0: the backend chooses

  bool output_meta = true;
  bool output_tuple = true;
  bool output_skb = false;
  std::vector<std::string> output_skb_metadata;  // lists of expressions like filter_skb_expr
  std::vector<std::string> output_xdp_metadata;  // and like filter_xdp_expr
  bool output_skb_shared_info = false;
  bool output_skb_cb = false;
  bool output_stack = false;
  bool output_caller = false;
  bool output_bpfmap = false;
  bool output_tcp_flags = false;
  bool output_tunnel = false;
  bool output_id = false;
  bool output_netns_names = false;
  uint32_t netns_names_max_length = 16;  // at least 10
  uint32_t set_percpu_buf = 0;           // ignored; accepted because scripts give it
  bool latency = false;                  // only a table of times between functions
  bool output_json = false;
  std::string output_file;               // appended to; "": stdout
  uint32_t output_file_max_size = 100;   // megabytes; a larger file is rotated
  uint32_t output_file_max_age = 0;      // days that rotated files are kept; 0: for ever
  uint32_t output_file_max_backups = 0;  // rotated files that are kept; 0: all
  bool output_file_compress = false;
  uint64_t output_limit_lines = 0;   // 0: no limit
  uint64_t output_buffer_bytes = 0;  // memory of all ring buffers together; 0: fits the machine
  Timestamp timestamp = Timestamp::None;
  ColorChoice color = ColorChoice::Auto;
  LayoutChoice output_layout = LayoutChoice::Auto;

  std::string ready_file;  // created, empty, when everything is attached
  bool debug = false;
  std::vector<Feature> pretend_without;  // for tests: hidden_option_table()
  bool version = false;
  bool help = false;
  bool help_all = false;     // with all options
  bool man = false;          // print the manual
  bool json_schema = false;  // print the schema of --output-json
  bool list_funcs = false;   // print what would be probed
  bool doctor = false;       // print what this machine offers; the word `doctor` alone
};

// Whether a text that pwru carries is all that is asked for.
[[nodiscard]] inline bool asks_for_text(const Options& options) {
  return options.help || options.version || options.man || options.json_schema;
}

// Every error is ExitCode::BadUsage and names the option, the value and what is expected. When
// asks_for_text(), nothing will be traced, and options may contradict each other.
[[nodiscard]] Result<Options> parse(int argc, const char* const* argv);

// Whether packets that died are printed, and no others.
[[nodiscard]] inline bool asks_for_deaths(const Options& options) {
  return options.drops || options.why;
}

// Whether functions of modules are probed, of all or of some.
[[nodiscard]] inline bool wants_modules(const Options& options) {
  return !options.kmods || !options.kmods->empty();
}

// Whether packets are followed by the call stack that handles them: by request, or because
// functions without an skb are probed.
[[nodiscard]] inline bool follows_by_stack(const Options& options) {
  return options.filter_track_skb_by_stackid || !options.filter_non_skb_funcs.empty() ||
         options.filter_track_bpf_helpers || options.output_bpfmap;
}

// Whether packets have an identity.
[[nodiscard]] inline bool follows_packets(const Options& options) {
  return options.filter_track_skb || options.why || options.latency ||
         options.output_layout == LayoutChoice::Journey || follows_by_stack(options);
}

}  // namespace pwru::cli
