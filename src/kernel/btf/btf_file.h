// SPDX-License-Identifier: Apache-2.0
// Checked BTF as a file, for a library that takes only the name of a file.
#pragma once

#include <string>

#include "base/handle.h"
#include "base/result.h"
#include "kernel/btf/btf.h"

namespace pwru::kernel {

// The file is in memory, where nobody can change it. It goes away with this object.
class BtfFile {
 public:
  [[nodiscard]] static Result<BtfFile> create(const Btf& btf);
  [[nodiscard]] std::string path() const;

 private:
  explicit BtfFile(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace pwru::kernel
