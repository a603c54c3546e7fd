// SPDX-License-Identifier: Apache-2.0
// The filters in tcpdump's language that a run needs, made for the kernel it runs on.
#pragma once

#include "base/result.h"
#include "cli/options.h"
#include "filter/filter.h"
#include "kernel/btf/btf.h"
#include "kernel/features.h"

namespace pwru::plan {

struct ParsedFilters {
  filter::ParsedFilter pcap;
  filter::ParsedTunnelFilter tunnel;
};

struct Filters {
  filter::PcapFilter pcap;
  filter::HitFilter hit;
  filter::TunnelFilter tunnel;
  // Those of XDP programs, whose packets are read by copies on every kernel.
  filter::PcapFilter xdp_pcap;
  filter::TunnelFilter xdp_tunnel;
};

// A mistake of the user is found here, before anything is known of the kernel.
[[nodiscard]] Result<ParsedFilters> parse_filters(const cli::Options& options);
[[nodiscard]] Result<Filters> generate_filters(const ParsedFilters& parsed,
                                               const cli::Options& options, const kernel::Btf& btf,
                                               const kernel::Features& features);

}  // namespace pwru::plan
