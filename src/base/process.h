// SPDX-License-Identifier: Apache-2.0
// The limits, the priority and the privileges of this process.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "base/result.h"

namespace pwru {

// Raises the limit of open files to the hard limit, which takes no privilege: a kprobe takes two
// descriptors.
void raise_open_files();

// Raises the limit of the stack as far as the hard limit lets it, and gives threads stacks that are
// large enough: libc makes them as large as the limit was at the start. Fails where the hard limit
// is too low.
[[nodiscard]] Result<> raise_stack();

// For a process that was just forked to serve this one: it has another name, no signal that asks to
// stop ends it, and it keeps no descriptors but these.
void become_helper(const char* name, std::vector<int> kept);

// The highest priority: the rings fill while others run, and the tracer takes only the time that it
// needs. Without the privilege the priority stays as it is.
void raise_priority();

// No huge pages for this process from now on. khugepaged makes huge pages at the lowest priority,
// and holds mmap_lock while it does. A page fault of the reader then waits for khugepaged, which
// waits for every busy task of its CPU: half a second has been seen, with the rings full
// (CONFIG_TRANSPARENT_HUGEPAGE_ALWAYS).
void disable_huge_pages();

// From now on no program that this process starts can have more privileges than the process itself.
void refuse_new_privileges();

// A set of capabilities, one bit each.
[[nodiscard]] uint64_t capability_set(std::initializer_list<int> capabilities);
// Those of the calling thread: the kernel keeps capabilities for each thread.
[[nodiscard]] uint64_t permitted_capabilities();
[[nodiscard]] uint64_t effective_capabilities();
// The calling thread has no effective capabilities from now on, until it calls keep_capabilities().
void suspend_capabilities();
// The calling thread gives up all others, for ever.
void keep_capabilities(uint64_t kept);
// The capabilities that writing into folders of other users takes.
[[nodiscard]] uint64_t file_capabilities();

}  // namespace pwru
