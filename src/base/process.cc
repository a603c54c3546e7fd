// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <sys/resource.h>

namespace pwru {

void raise_open_files() {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

bool set_priority(pid_t thread_id, Priority priority) {
  return ::setpriority(PRIO_PROCESS, static_cast<id_t>(thread_id), static_cast<int>(priority)) == 0;
}

}  // namespace pwru
