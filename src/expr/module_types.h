// SPDX-License-Identifier: Apache-2.0
// Types and constants that an expression names and only a module's BTF has.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "expr/types.h"
#include "kernel/btf.h"
#include "kernel/btf_stack.h"

namespace pwru::expr {

// vmlinux' types, and those of the modules that expressions need.
struct KnownTypes {
  kernel::BtfStack btf;
  std::string searched;  // as in TypeSource

  [[nodiscard]] TypeSource source() const { return {btf.all(), searched}; }
};

using LoadModules = std::function<Result<std::vector<kernel::ModuleBtf>>()>;

// Modules are only loaded when `expressions` name what `vmlinux` has not, which must outlive the
// result. Of several modules that define the same the first is taken. An error names two that
// define it differently. What no module has is left for the compiler to complain about.
[[nodiscard]] Result<KnownTypes> find_types(const kernel::Btf& vmlinux,
                                            std::span<const std::string> expressions,
                                            const LoadModules& load);

}  // namespace pwru::expr
