// SPDX-License-Identifier: Apache-2.0
// Restricts the system calls of the attached process to an allow list: seccomp(2).
#pragma once

#include <vector>

#include "base/result.h"

struct sock_filter;

namespace pwru {

struct Sandbox {
  bool attaches = false;       // still loads and attaches BPF programs
  bool attaches_more = false;  // still attaches programs that are already loaded
};

// From now on, in all threads and for ever, no other program can be started, no socket made, no
// memory made executable, nothing mounted. A refused call returns ENOSYS and the process goes on;
// each such call is reported once on stderr. Sets no_new_privs first. Fails on a kernel without
// seccomp.
[[nodiscard]] Result<> enter_sandbox(const Sandbox& sandbox);

// For the guard process: from now on it can only write to its open files, read files, wait and
// exit.
void keep_open_files_only();
// For the process that asks by netlink: also enter network namespaces, send to netlink, and read
// tables of iptables-legacy, by sockets of IP.
void keep_netlink_only();

// The seccomp filter that enter_sandbox() installs.
[[nodiscard]] std::vector<sock_filter> sandbox_filter(const Sandbox& sandbox);

}  // namespace pwru
