// SPDX-License-Identifier: Apache-2.0
// The tracepoints to trace, and the program that each gets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "kernel/btf/btf.h"
#include "kernel/symbols/site.h"
#include "kernel/symbols/tracepoints.h"

namespace pwru::plan {

struct TracepointSite {
  kernel::Site site;  // "tp:kfree_skb"
  kernel::Tracepoint tracepoint;
  std::string_view program;  // what follows pwru_tp_ in bpf/hooks/tracepoints.bpf.c
  bool is_shown = true;      // false: it only serves the others
};

struct TracepointSites {
  std::vector<TracepointSite> found;
  kernel::LeftOut left_out;
};

// All that the options ask for, and what is needed besides to show them; the error says why there
// are none.
[[nodiscard]] Result<TracepointSites> find_tracepoints(
    const cli::Options& options, const kernel::Btf& vmlinux,
    const std::vector<kernel::ModuleBtf>& modules);

}  // namespace pwru::plan
