// SPDX-License-Identifier: Apache-2.0
// Where lines are written: standard output, or a file that may rotate.
#pragma once

#include <optional>
#include <string>

#include "base/handle.h"
#include "base/result.h"
#include "output/file/line_buffer.h"
#include "output/file/outlet.h"
#include "output/file/rotating_file.h"

namespace pwru::output {

class Target {
 public:
  [[nodiscard]] static Result<Target> standard_output();
  // See RotatingFile::open().
  [[nodiscard]] static Result<Target> file(const std::string& path, uint64_t max_bytes,
                                           const BackupPolicy& policy);

  // A buffer that writes to this target. The target must outlive the buffer.
  [[nodiscard]] LineBuffer lines();
  [[nodiscard]] int fd() const { return file_ ? file_->fd() : stdout_.get(); }
  // Begins a new file if the old one was moved away. To be called between two flushes.
  void reopen();
  // To be called after the last line: waits until the backups are compressed.
  [[nodiscard]] Result<> finish();

 private:
  UniqueFd stdout_;
  std::optional<RotatingFile> file_;
};

}  // namespace pwru::output
