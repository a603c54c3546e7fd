// SPDX-License-Identifier: Apache-2.0
// What this process may have of the machine.
#pragma once

namespace pwru {

// As many open files as the hard limit allows: a kprobe takes two. Needs no privilege.
void raise_open_files();

// The highest priority. The rings fill while others run: the tracer comes first, and takes only the
// time that it needs. Without the privilege all stays as it is.
void come_first();

}  // namespace pwru
