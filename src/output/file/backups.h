// SPDX-License-Identifier: Apache-2.0
// The files that rotation leaves behind: how they are named, compressed and removed.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/place.h"
#include "base/result.h"

namespace pwru::output {

struct BackupPolicy {
  unsigned max_age_days = 0;  // 0: kept for ever
  unsigned max_backups = 0;   // 0: all are kept
  bool compresses = false;
};

using BackupTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

// "dir/name-2006-01-02T15-04-05.000.ext" of "dir/name.ext", in local time, as cilium/pwru names it.
[[nodiscard]] std::string backup_name(const std::string& path, BackupTime time);

struct Backup {
  std::string name;   // in the folder
  std::string stamp;  // the part of the name that sorts by time
  bool is_compressed = false;
};
// The backups of `place` in its folder, the newest first. Only a regular file that belongs to our
// user and has no second name (hard link) counts.
[[nodiscard]] std::vector<Backup> find_backups(const Place& place);

// Compresses the backups that are still plain, as name.gz, and removes those that the policy does
// not keep.
[[nodiscard]] Result<> tidy_backups(const Place& place, const BackupPolicy& policy, BackupTime now);

}  // namespace pwru::output
