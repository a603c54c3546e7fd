// SPDX-License-Identifier: Apache-2.0
// What this process may have of the machine.
#pragma once

namespace pwru {

// As many open files as the hard limit allows: a kprobe takes two. Needs no privilege.
void raise_open_files();

// The highest priority. The rings fill while others run: the tracer comes first, and takes only the
// time that it needs. Without the privilege all stays as it is.
void come_first();

// No huge pages for this process from now on. khugepaged makes them at the lowest priority, and
// holds mmap_lock while it does: who faults meanwhile waits for it, and it for every busy task of
// its CPU. The reader has been seen to wait half a second, with the rings full
// (CONFIG_TRANSPARENT_HUGEPAGE_ALWAYS).
void refuse_huge_pages();

}  // namespace pwru
