// SPDX-License-Identifier: Apache-2.0
#include "session/debug.h"

#include <map>

#include "base/log.h"
#include "kernel/proc/netns_names.h"

namespace pwru {

void report_namespaces(const cli::Options& options) {
  if (!options.output_netns_names) return;
  const kernel::NetnsNameTable names = kernel::scan_netns_names();
  for (const auto& [inode, name] : std::map<uint32_t, std::string>(names.begin(), names.end()))
    log_info("debug: network namespace {} is {}", inode, name);
}

}  // namespace pwru
