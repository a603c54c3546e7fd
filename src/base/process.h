// SPDX-License-Identifier: Apache-2.0
// What this process may have of the machine.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace pwru {

// As many open files as the hard limit allows: a kprobe takes two. Needs no privilege.
void raise_open_files();

// The highest priority: the rings fill while others run, and the tracer takes only the time that it
// needs. Without the privilege the priority stays as it is.
void raise_priority();

// No huge pages for this process from now on. khugepaged makes huge pages at the lowest priority,
// and holds mmap_lock while it does. A page fault of the reader then waits for khugepaged, which
// waits for every busy task of its CPU: half a second has been seen, with the rings full
// (CONFIG_TRANSPARENT_HUGEPAGE_ALWAYS).
void disable_huge_pages();

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
