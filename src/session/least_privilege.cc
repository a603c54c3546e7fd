// SPDX-License-Identifier: Apache-2.0
#include "session/least_privilege.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <unistd.h>

#include "base/log.h"
#include "base/process.h"
#include "base/sandbox.h"

namespace pwru {
namespace {

// BPF programs that are loaded later are traced too.
bool attaches_later(const cli::Options& options) {
  return options.filter_trace_tc || options.filter_trace_xdp;
}

// Before 5.19 kernel.unprivileged_bpf_disabled forbids all calls of bpf(2), also those on a map
// that is open. So a call is tried without capabilities; keep_capabilities() must follow.
bool takes_cap_bpf(int fd) {
  suspend_capabilities();
  bpf_map_info info = {};
  uint32_t size = sizeof(info);
  return bpf_obj_get_info_by_fd(fd, &info, &size) != 0;
}

uint64_t capabilities_kept(const cli::Options& options, const program::Tracer& tracer) {
  uint64_t kept = 0;
  if (attaches_later(options))
    kept |= capability_set({CAP_BPF, CAP_PERFMON, CAP_SYSLOG, CAP_SYS_ADMIN});
  if (options.output_bpfmap) kept |= capability_set({CAP_BPF, CAP_SYS_ADMIN});
  if (takes_cap_bpf(tracer.map_fd("ring_memory"))) {
    const bool has_it = (permitted_capabilities() & capability_set({CAP_BPF})) != 0;
    kept |= capability_set({has_it ? CAP_BPF : CAP_SYS_ADMIN});
  }
  if (options.output_netns_names) kept |= capability_set({CAP_SYS_PTRACE});
  // For rotation; and to read what the kernel counted from tracefs, which is root's, as another
  // user.
  if (!options.output_file.empty() || ::geteuid() != 0) kept |= file_capabilities();
  return kept;
}

}  // namespace

void give_up_privileges(const cli::Options& options, const program::Tracer& tracer) {
  const uint64_t kept = capabilities_kept(options, tracer);
  keep_capabilities(kept);
  if (options.debug) log_info("debug: capabilities kept: {:#x}", permitted_capabilities());
#if !defined(__SANITIZE_ADDRESS__)  // whose runtime makes calls of its own
  auto entered = enter_sandbox(
      {.attaches = attaches_later(options), .attaches_more = cli::wants_modules(options)});
  if (!entered && options.debug) log_info("debug: {}", entered.error().what);
#endif
}

}  // namespace pwru
