// SPDX-License-Identifier: Apache-2.0
// What the user asked for, checked as far as the command line alone can tell. Nothing here looks
// at the machine: whether an interface or a namespace exists is the kernel room's question.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace pwru::cli {

enum class Backend { Auto, Kprobe, KprobeMulti };
enum class Timestamp { None, Current, Relative, Absolute };
enum class ColorChoice { Auto, Always, Never };

// --filter-mark: matches when (skb->mark & mask) == mark; mask 0 lets everything pass.
struct MarkFilter {
  uint32_t mark = 0;  // already masked
  uint32_t mask = 0;
};

// One member an option, named like it. For strings "" means "not given", as in cilium/pwru.
struct Options {
  // The remaining words joined by single spaces: a pcap-filter(7) expression, "" for all packets.
  std::string filter_pcap;
  std::string filter_func;  // RE2, full match; known to compile
  MarkFilter filter_mark;
  std::string filter_netns;  // "/path" or "inode:N"
  std::string filter_ifname;
  bool filter_track_skb = false;
  // pcap-filter(7) expressions on the frame and the IP packet in a tunnel.
  std::string filter_tunnel_pcap_l2;
  std::string filter_tunnel_pcap_l3;

  // nullopt: every loaded module; an empty list: none. Names as in /sys/module.
  std::optional<std::vector<std::string>> kmods;
  bool all_kmods = false;  // given explicitly; parse() then has reset `kmods`
  std::string kernel_btf;
  Backend backend = Backend::Auto;
  uint32_t filter_kprobe_batch = 0;  // functions attached in one go; 0: the backend's own choice

  bool output_meta = true;
  bool output_tuple = true;
  bool output_skb = false;
  bool output_stack = false;
  bool output_caller = false;
  bool output_tcp_flags = false;
  bool output_tunnel = false;
  std::string output_file;           // appended to; "": stdout
  uint64_t output_limit_lines = 0;   // 0: no limit
  uint64_t output_buffer_bytes = 0;  // memory of all ring buffers together; 0: fits the machine
  Timestamp timestamp = Timestamp::None;
  ColorChoice color = ColorChoice::Auto;

  std::string ready_file;  // created, empty, when everything is attached
  bool debug = false;
  bool version = false;
  bool help = false;
};

// Every error is ExitCode::BadUsage and names the option, the value and what is expected. With
// `help` or `version` set, rules between options are not checked: nothing will be traced.
[[nodiscard]] Result<Options> parse(int argc, const char* const* argv);

}  // namespace pwru::cli
