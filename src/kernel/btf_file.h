// SPDX-License-Identifier: Apache-2.0
// BTF that was checked, for a library that wants the name of a file.
#pragma once

#include <string>

#include "base/handle.h"
#include "base/result.h"
#include "kernel/btf.h"

namespace pwru::kernel {

// In memory, so that nobody can change it any more; gone with this object.
class BtfFile {
 public:
  [[nodiscard]] static Result<BtfFile> create(const Btf& btf);
  [[nodiscard]] std::string path() const;

 private:
  explicit BtfFile(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace pwru::kernel
