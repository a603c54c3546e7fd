// SPDX-License-Identifier: Apache-2.0
// Whole files in one call.
#pragma once

#include <string>
#include <vector>

#include "base/handle.h"
#include "base/result.h"

namespace pwru {

// Opens with O_CLOEXEC. The error names the path.
[[nodiscard]] Result<UniqueFd> open_file(const std::string& path, int flags, unsigned mode = 0);

// Reads to the end, also files of /proc and /sys, whose size is unknown. `expected_bytes` is a hint
// for the large ones among these: too many is better than too few.
[[nodiscard]] Result<std::string> read_file(const std::string& path, size_t expected_bytes = 0);

// Reads the rest of an open file. The error names `path`.
[[nodiscard]] Result<std::string> read_all(int fd, const std::string& path,
                                           size_t expected_bytes = 0);

// The names in a folder, without "." and ".."; none when it cannot be read.
[[nodiscard]] std::vector<std::string> names_in(const std::string& path);

// Writes every byte; the error names `path`.
[[nodiscard]] Result<> write_all(int fd, std::string_view bytes, const std::string& path);

// An anonymous file in memory that holds `bytes`. A library that only takes a path is given
// path_of_fd().
[[nodiscard]] Result<UniqueFd> memfd_with(const char* name, std::string_view bytes);
[[nodiscard]] std::string path_of_fd(int fd);

}  // namespace pwru
