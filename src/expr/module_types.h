// SPDX-License-Identifier: Apache-2.0
// Finds types and constants that only the BTF of modules has.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "expr/types.h"
#include "kernel/btf/btf.h"
#include "kernel/btf/btf_stack.h"

namespace pwru::expr {

// The types of vmlinux, and those of the modules that the expressions need.
struct KnownTypes {
  kernel::BtfStack btf;
  std::string searched;  // see TypeSource

  [[nodiscard]] TypeSource source() const { return {btf.all(), searched}; }
};

using LoadModules = std::function<Result<std::vector<kernel::ModuleBtf>>()>;

// Reads the BTF of modules only when `expressions` use names that `vmlinux` does not have.
// `vmlinux` must outlive the result. When several modules define a name in the same way, the first
// is used. When two define it differently, the error names both. A name that no module has is left
// to the compiler, which reports it.
[[nodiscard]] Result<KnownTypes> find_types(const kernel::Btf& vmlinux,
                                            std::span<const std::string> expressions,
                                            const LoadModules& load);

}  // namespace pwru::expr
