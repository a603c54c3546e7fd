// SPDX-License-Identifier: Apache-2.0
#include "plan/rights.h"

#include <bpf/bpf.h>
#include <fmt/core.h>
#include <linux/capability.h>

#include "base/log.h"
#include "kernel/privileges.h"

namespace pwru::plan {
namespace {

std::string option_that_finds_objects(const cli::Options& options) {
  if (options.filter_trace_tc) return "--filter-trace-tc";
  if (options.filter_trace_xdp) return "--filter-trace-xdp";
  if (options.filter_track_bpf_helpers) return "--filter-track-bpf-helpers";
  return "";
}

bool may_find_objects() {
  uint32_t id = 0;
  return bpf_prog_get_next_id(0, &id) == 0 || errno == ENOENT;  // ENOENT: there is none
}

}  // namespace

std::string missing_rights(const cli::Options& options, bool attaches_kprobes) {
  kernel::WantedFeatures wanted;
  wanted.attaches_kprobes =
      attaches_kprobes || (options.backend && cli::uses_kprobes(*options.backend));
  wanted.finds_objects = option_that_finds_objects(options);
  if (!options.filter_ifname.empty() && options.filter_netns.starts_with('/'))
    wanted.enters_netns = "--filter-ifname with the path of a namespace";
  return kernel::what_is_missing(kernel::own_privileges(), wanted);
}

Result<> check_rights(const cli::Options& options) {
  const std::string finder = option_that_finds_objects(options);
  if ((!finder.empty() || options.output_bpfmap) && !may_find_objects()) {
    if (!finder.empty())
      return or_missing_rights<void>(
          sys_fail(fmt::format("{}: find the BPF programs of this machine", finder)), options);
    log_warn(
        "--output-bpfmap: without CAP_SYS_ADMIN the types of maps are unknown, so that keys and "
        "values are printed in hexadecimal");
  }
  if (options.output_netns_names && !kernel::own_privileges().has(CAP_SYS_PTRACE))
    log_warn(
        "--output-netns-names: without CAP_SYS_PTRACE the processes of others are not looked at, "
        "so "
        "that a namespace may have no name, or that of a younger process");
  return {};
}

}  // namespace pwru::plan
