// SPDX-License-Identifier: Apache-2.0
// Writes files that unit tests start from.
#pragma once

#include <fcntl.h>

#include <string>
#include <string_view>

#include "base/file.h"

namespace pwru {

// Writes `text` to the beginning of `path`. `flags` are O_CREAT or O_TRUNC.
[[nodiscard]] inline Result<> write_file(const std::string& path, std::string_view text,
                                         int flags) {
  PWRU_ASSIGN(const UniqueFd fd, open_file(path, O_WRONLY | flags, 0644));
  return write_all(fd.get(), text, path);
}

}  // namespace pwru
