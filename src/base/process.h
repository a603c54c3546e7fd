// SPDX-License-Identifier: Apache-2.0
// What this process may have of the machine.
#pragma once

#include <cstdint>
#include <initializer_list>

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

// No program that this process might start has more privileges than it has itself.
void refuse_new_privileges();

// A set of capabilities, a bit each.
[[nodiscard]] uint64_t capability_set(std::initializer_list<int> capabilities);
// Of the calling thread: the kernel has them a thread.
[[nodiscard]] uint64_t permitted_capabilities();
// The calling thread acts without any, until it says what it keeps.
void suspend_capabilities();
// The calling thread gives up all others for ever.
void keep_capabilities(uint64_t kept);
// What it takes to write output into folders that belong to others.
[[nodiscard]] uint64_t file_capabilities();

}  // namespace pwru
