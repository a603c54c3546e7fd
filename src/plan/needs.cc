// SPDX-License-Identifier: Apache-2.0
#include "plan/needs.h"

namespace pwru::plan {

Needs needs_of(const cli::Options& options) {
  Needs needs;
  needs.map_calls = options.output_bpfmap;
  needs.follows_stack = cli::follows_by_stack(options);
  needs.follows_skb = options.filter_track_skb;
  needs.follows_xdp = options.filter_track_skb && options.filter_trace_xdp;
  needs.identity = cli::follows_packets(options);
  needs.bpf_programs = options.filter_trace_tc || options.filter_trace_xdp;
  needs.nesting_rings = needs.bpf_programs;
  needs.control_buffer = options.output_skb_cb || (options.filter_trace_tc && options.output_meta);
  needs.unwinds = needs.follows_stack || options.output_stack;
  needs.paths = options.on.any();
  needs.parents = options.output_id;
  needs.deaths = options.why;
  needs.address_names = options.output_caller || options.output_stack || needs.follows_stack ||
                        !options.output_skb_metadata.empty() ||
                        !options.output_xdp_metadata.empty();
  return needs;
}

}  // namespace pwru::plan
