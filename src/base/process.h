// SPDX-License-Identifier: Apache-2.0
// What this process may have of the machine.
#pragma once

#include <sys/types.h>

namespace pwru {

// As many open files as the hard limit allows: a kprobe takes two. Needs no privilege.
void raise_open_files();

// Of a thread among all others of its CPU: nice values.
enum class Priority { First = -20, Last = 19 };
// False: without the privilege all stays as it is. `thread_id` 0 is the caller.
bool set_priority(pid_t thread_id, Priority priority);

}  // namespace pwru
