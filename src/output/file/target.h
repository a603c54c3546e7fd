// SPDX-License-Identifier: Apache-2.0
// What the lines are written to: standard output, or a file that may rotate.
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

  // A buffer that writes here, and that this must outlive.
  [[nodiscard]] LineBuffer lines();
  [[nodiscard]] int fd() const { return file_ ? file_->fd() : stdout_.get(); }
  // Between two flushes: begins the file anew when it was moved away.
  void reopen();
  // After the last line: waits for what rotation still has to do.
  [[nodiscard]] Result<> finish();

 private:
  UniqueFd stdout_;
  std::optional<RotatingFile> file_;
};

}  // namespace pwru::output
