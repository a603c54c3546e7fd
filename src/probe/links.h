// SPDX-License-Identifier: Apache-2.0
// Links of the kernel, and the programs that they run.
#pragma once

#include <bpf/libbpf.h>

#include <vector>

#include "base/handle.h"
#include "base/signals.h"
#include "probe/hook.h"
#include "program/misses.h"

namespace pwru::probe {

struct Link {
  BpfLink link;
  const bpf_program* program = nullptr;
  UniqueFd fd = {};  // of a kind of link that libbpf does not know, in the place of `link`
};
using Links = std::vector<Link>;

// What the links say (6.7); nothing where the kernel cannot tell.
[[nodiscard]] program::MissCounts missed_by(const Links& links);

// Keeps a link as a file in `folder`, a bpffs, so that it goes when the folder is closed; false
// where that cannot be done.
//
// A trampoline is taken off under ftrace's lock, while the kernel waits for a grace period of RCU
// tasks. On 6.1 and 6.12 their thread pauses for 100 ms after each (gp_sleep in
// kernel/rcu/tasks.h), and whoever closes a link waits with it. 6.12 itself takes off what goes
// with an inode of bpffs (bpf_link_put() from bpf_free_inode()), in a kernel thread; on 6.1 whoever
// closes the folder waits (bpf_destroy_inode()).
[[nodiscard]] bool keep_in(const UniqueFd& folder, size_t number, int link_fd);

// Takes a link off. When a stop is urgent the kernel does it as the process ends. That may take as
// long, and all has been said by then.
void take_off(Link& link);
// All of them, one after the other.
void take_off(Links& links, const OnProgress& on_progress);

// Destroys items that own what is attached, the last one first. When a stop is urgent the rest is
// left to the owner's destructor.
template <class Item>
void take_off_each(std::vector<Item>& items, const OnProgress& on_progress) {
  const size_t count = items.size();
  while (!items.empty() && !stop_is_urgent()) {
    items.pop_back();
    on_progress(count - items.size(), count);
  }
}

}  // namespace pwru::probe
