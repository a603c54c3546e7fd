// SPDX-License-Identifier: Apache-2.0
// An output file that is renamed and begun anew when it is full.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/handle.h"
#include "base/place.h"
#include "base/result.h"
#include "output/file/backups.h"

namespace pwru::output {

// Tidies the backups in a thread of its own: compressing takes far longer than the rings can wait.
class BackupTidier {
 public:
  BackupTidier(std::shared_ptr<const Place> place, BackupPolicy policy);
  ~BackupTidier();

  // Has the thread look at the backups again; what failed since the last call is the result.
  [[nodiscard]] Result<> wake();
  // Waits until all is done.
  [[nodiscard]] Result<> finish();

 private:
  void work();
  Result<> take_error();

  std::shared_ptr<const Place> place_;
  BackupPolicy policy_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool has_work_ = false;
  bool is_finishing_ = false;
  std::optional<Error> error_;
  std::thread thread_;
};

class RotatingFile {
 public:
  // Opens `path` for appending, and creates it. Only a regular file is ever rotated: a pipe, a
  // terminal or /dev/null is written to as it is.
  [[nodiscard]] static Result<RotatingFile> open(const std::string& path, uint64_t max_bytes,
                                                 const BackupPolicy& policy);

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const std::string& path() const { return place_->path; }
  // The lines that every new file begins with.
  void set_header(std::string header) { header_ = std::move(header); }
  // Where the next `bytes`, which are whole lines, are to be written: maybe a new file.
  [[nodiscard]] Result<int> fd_for(size_t bytes);
  // Begins a new file when the old one was moved away; what keeps it from that is a warning.
  void reopen();
  // Waits until the backups are compressed.
  [[nodiscard]] Result<> finish();

 private:
  RotatingFile() = default;
  // Whether what stands under the name is the file that is written to.
  [[nodiscard]] Result<bool> is_in_place() const;
  [[nodiscard]] bool is_full(size_t bytes) const;
  Result<> rotate();
  Result<> begin_new(mode_t mode);
  void begin_new_or_go_on();

  std::shared_ptr<const Place> place_;
  std::string header_;
  UniqueFd fd_;
  uint64_t max_bytes_ = 0;
  uint64_t size_bytes_ = 0;
  off_t passed_over_bytes_ = 0;  // at the begin of a file that was full and could not be replaced
  std::unique_ptr<BackupTidier> tidier_;  // none: never rotated
};

}  // namespace pwru::output
