// SPDX-License-Identifier: Apache-2.0
// Which functions may be probed behind their ftrace site.
#pragma once

#include <cstdint>
#include <span>

#include "kernel/text.h"
#include "probe/plan.h"

namespace pwru::probe {

// Whether the first instruction behind the ftrace site of a function is a push of one byte. `code`
// is the beginning of the function.
[[nodiscard]] bool begins_with_push(std::span<const uint8_t> code);

// Where each function is probed. A kprobe is an int3, which leaves the instruction pointer one byte
// behind it. In the place of a push of one byte that is where the push is done, so the unwinder
// takes it for done and finds no caller. So where call stacks are wanted, such a function is probed
// on its ftrace site. Others are not, because a probe there is slow to arm.
class Placement {
 public:
  // The plan must outlive it.
  explicit Placement(const Plan& plan);
  [[nodiscard]] bool may_stand_behind_site(const Group& group, uint64_t address) const;

 private:
  const Plan& plan_;
  kernel::Text text_;  // read only where call stacks are wanted
};

}  // namespace pwru::probe
