// SPDX-License-Identifier: Apache-2.0
#include "session/notes.h"

#include <set>
#include <string_view>

#include "base/log.h"
#include "cli/backend.h"

namespace pwru {

// Each link of kprobe-multi holds the modules of its functions (get_modules_for_addrs()), and that
// of a tracepoint holds its module (bpf_get_raw_tracepoint()).
void report_held_modules(const plan::Plan& plan) {
  std::set<std::string_view> modules;
  if (cli::uses_kprobe_multi(plan.backend))
    for (const kernel::Function& function : plan.functions.found) modules.insert(function.module);
  for (const plan::TracepointSite& site : plan.tracepoints.found) modules.insert(site.site.module);
  modules.erase("");
  if (modules.empty()) return;
  log_info("{} traced modules cannot be unloaded while pwru runs: --kmods names fewer, or none{}",
           modules.size(),
           plan.tracepoints.found.empty() ? ", and --backend kprobe leaves all free" : "");
}

void report_functions_of_others(const plan::Plan& plan) {
  if (plan.held_by_others) log_info("{}", plan::describe_held(plan.held_by_others));
}

}  // namespace pwru
