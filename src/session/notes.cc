// SPDX-License-Identifier: Apache-2.0
#include "session/notes.h"

#include <set>
#include <string_view>

#include "base/log.h"
#include "kernel/switches.h"
#include "plan/backend.h"

namespace pwru {

// Each link of kprobe-multi holds the modules of its functions (get_modules_for_addrs()).
void report_held_modules(cli::Backend backend, const kernel::Functions& functions) {
  std::set<std::string_view> modules;
  for (const kernel::Function& function : functions.found)
    if (!function.module.empty()) modules.insert(function.module);
  if (backend != cli::Backend::KprobeMulti || modules.empty()) return;
  log_info(
      "{} traced modules cannot be unloaded while pwru runs: --kmods names fewer, or none, and "
      "--backend kprobe leaves all free",
      modules.size());
}

void warn_if_switched_off(cli::Backend backend, const UniqueFd& kprobe_switch) {
  if (backend == cli::Backend::KprobeMulti && kernel::ftrace_switch() == kernel::Switch::Off)
    log_warn(
        "ftrace was switched off while pwru listened, so that events are missing; sysctl "
        "kernel.ftrace_enabled=1 switches it on");
  if (kernel::read_switch(kprobe_switch) == kernel::Switch::Off)
    log_warn("events are missing: while pwru listened kprobes were {}", plan::kSwitchedOff);
}

}  // namespace pwru
