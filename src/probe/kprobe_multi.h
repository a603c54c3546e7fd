// SPDX-License-Identifier: Apache-2.0
// fprobe: one link for each program, all addresses in one call (5.18).
#pragma once

#include "probe/function_hook.h"

namespace pwru::probe {

class KprobeMulti : public FunctionHook {
 public:
  using FunctionHook::FunctionHook;
  std::string_view name() const override { return "kprobe-multi"; }

 protected:
  Result<> begin(const Plan&) override { return {}; }
  Result<> attach_group(const Group& group, const OnDone&, Attached& attached) override;
};

}  // namespace pwru::probe
