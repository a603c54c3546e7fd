// SPDX-License-Identifier: Apache-2.0
#include "output/target.h"

namespace pwru::output {

Result<Target> Target::standard_output() {
  Target target;
  target.stdout_.reset(::dup(STDOUT_FILENO));
  if (!target.stdout_) return sys_fail("write to stdout");
  return target;
}

Result<Target> Target::file(const std::string& path, uint64_t max_bytes,
                            const BackupPolicy& policy) {
  Target target;
  PWRU_ASSIGN(target.file_, RotatingFile::open(path, max_bytes, policy));
  return target;
}

LineBuffer Target::lines() {
  return file_ ? LineBuffer(*file_) : LineBuffer(stdout_.get(), "stdout");
}

Result<> Target::finish() { return file_ ? file_->finish() : Result<>{}; }

}  // namespace pwru::output
