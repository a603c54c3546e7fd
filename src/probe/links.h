// SPDX-License-Identifier: Apache-2.0
// Links of the kernel, and the programs that they run.
#pragma once

#include <bpf/libbpf.h>

#include <vector>

#include "base/handle.h"
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

// Takes a link off. When a stop is urgent the kernel does it as the process ends. That may take as
// long, and all has been said by then.
void take_off(Link& link);
// All of them, one after the other.
void take_off(Links& links, const OnProgress& on_progress);

}  // namespace pwru::probe
