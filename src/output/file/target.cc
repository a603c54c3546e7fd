// SPDX-License-Identifier: Apache-2.0
#include "output/file/target.h"

namespace pwru::output {

Result<Target> Target::standard_output() {
  Target target;
  PWRU_ASSIGN(target.stdout_, open_stdout());
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

void Target::reopen() {
  if (file_) file_->reopen();
}

Result<> Target::finish() { return file_ ? file_->finish() : Result<>{}; }

}  // namespace pwru::output
