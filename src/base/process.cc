// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace pwru {

void raise_open_files() {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void come_first() {
  constexpr int kMostFavourable = -20;
  ::setpriority(PRIO_PROCESS, 0, kMostFavourable);
}

void refuse_huge_pages() { ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0); }

}  // namespace pwru
