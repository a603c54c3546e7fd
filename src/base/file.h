// SPDX-License-Identifier: Apache-2.0
// Whole files in one call.
#pragma once

#include <string>

#include "base/handle.h"
#include "base/result.h"

namespace pwru {

// Opens with O_CLOEXEC. The error names the path.
[[nodiscard]] Result<UniqueFd> open_file(const std::string& path, int flags, unsigned mode = 0);

// Reads to the end, also of /proc and /sys files whose size is unknown; `expected_bytes`, better
// too many than too few, is for the large ones among these.
[[nodiscard]] Result<std::string> read_file(const std::string& path, size_t expected_bytes = 0);

// The rest of an open file; the error names `path`.
[[nodiscard]] Result<std::string> read_all(int fd, const std::string& path,
                                           size_t expected_bytes = 0);

// Writes every byte; the error names `path`.
[[nodiscard]] Result<> write_all(int fd, std::string_view bytes, const std::string& path);

// Replaces the content of an existing file (sysctl style), or of a new one when O_CREAT is wanted.
[[nodiscard]] Result<> write_file(const std::string& path, std::string_view text, int flags);

// An anonymous file in memory holding `bytes`; libraries that only take a path get path_of_fd().
[[nodiscard]] Result<UniqueFd> memfd_with(const char* name, std::string_view bytes);
[[nodiscard]] std::string path_of_fd(int fd);

}  // namespace pwru
