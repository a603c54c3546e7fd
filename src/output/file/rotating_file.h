// SPDX-License-Identifier: Apache-2.0
// An output file that rotates: when it is full it is renamed, and a new one is begun.
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

// Compresses and removes backups in a thread of its own. Compressing takes longer than the rings
// can wait.
class BackupTidier {
 public:
  BackupTidier(std::shared_ptr<const Place> place, BackupPolicy policy);
  ~BackupTidier();

  // Makes the thread look at the backups again. Returns what failed since the last call.
  [[nodiscard]] Result<> wake();
  // Waits until everything is done.
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
  // Opens `path` for appending, and creates the file if needed. Only a regular file rotates, never
  // a pipe, a terminal or /dev/null.
  [[nodiscard]] static Result<RotatingFile> open(const std::string& path, uint64_t max_bytes,
                                                 const BackupPolicy& policy);

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const std::string& path() const { return place_->path; }
  // Every new file begins with these lines.
  void set_header(std::string header) { header_ = std::move(header); }
  // The descriptor to write the next `bytes` to, which are whole lines. Rotates when they do not
  // fit.
  [[nodiscard]] Result<int> fd_for(size_t bytes);
  // Begins a new file if the old one was moved away. A failure is a warning, and the old file
  // stays.
  void reopen();
  // Waits until the backups are compressed.
  [[nodiscard]] Result<> finish();

 private:
  RotatingFile() = default;
  // Whether the path still leads to the file that is written to.
  [[nodiscard]] Result<bool> is_in_place() const;
  [[nodiscard]] bool is_full(size_t bytes) const;
  Result<> rotate();
  Result<> begin_new(mode_t mode);
  bool begin_new_or_go_on();

  std::shared_ptr<const Place> place_;
  std::string header_;
  UniqueFd fd_;
  uint64_t max_bytes_ = 0;
  uint64_t size_bytes_ = 0;
  off_t passed_over_bytes_ = 0;           // at the start of a full file that could not be renamed
  std::unique_ptr<BackupTidier> tidier_;  // null: the file never rotates
};

}  // namespace pwru::output
