// SPDX-License-Identifier: Apache-2.0
// The system calls that are left to a process that is attached: seccomp(2), one allow list.
#pragma once

#include <vector>

#include "base/result.h"

struct sock_filter;

namespace pwru {

struct Sandbox {
  bool attaches = false;       // loads and attaches BPF programs also from now on
  bool attaches_more = false;  // only attaches what is loaded to more functions
};

// From now on, in all threads and for ever: no other program is started, no socket made, no
// memory made executable, nothing mounted. A call that is refused answers ENOSYS and is reported on
// stderr, once each, and all goes on. Takes no_new_privs. Where the kernel has no seccomp: an
// error.
[[nodiscard]] Result<> enter_sandbox(const Sandbox& sandbox);

// For a guard: it writes what it has open, reads files, waits and exits, and no more.
void keep_open_files_only();

// The filter of enter_sandbox().
[[nodiscard]] std::vector<sock_filter> sandbox_filter(const Sandbox& sandbox);

}  // namespace pwru
