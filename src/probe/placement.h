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

// An int3 leaves the instruction pointer one byte further on. Behind a `push %rbp` the unwinder
// takes the push for done, and finds no caller: where call stacks are wanted such a function is
// probed on its site. That is slow to arm, so it is not done to others.
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
