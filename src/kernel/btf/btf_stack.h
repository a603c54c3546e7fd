// SPDX-License-Identifier: Apache-2.0
// The BTF of vmlinux and of several modules as one. Each module numbers its types from the end of
// vmlinux', so that the same number means different types in two modules.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "kernel/btf/btf.h"

namespace pwru::kernel {

class BtfStack {
 public:
  // `vmlinux` must outlive it.
  explicit BtfStack(const Btf& vmlinux) : vmlinux_(&vmlinux) {}

  // Adds the types of a module, whose BTF is split BTF over vmlinux'.
  [[nodiscard]] Result<> add(const Btf& module);
  // All types that were added.
  [[nodiscard]] const Btf& all() const { return layers_.empty() ? *vmlinux_ : *layers_.back(); }

 private:
  const Btf* vmlinux_;
  std::vector<std::unique_ptr<Btf>> layers_;  // each has the one before it as its base
};

}  // namespace pwru::kernel
