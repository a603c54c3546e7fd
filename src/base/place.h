// SPDX-License-Identifier: Apache-2.0
// Finds and opens the files that are written to, and those that are read only if nobody else may
// write to them. pwru runs as root, and folders of others may hold traps: links, pipes and files of
// others are neither followed nor written to.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "base/handle.h"
#include "base/result.h"

namespace pwru {

// A name in an open folder. The descriptor names the same folder, whatever is renamed meanwhile.
struct Place {
  UniqueFd folder;
  std::string name;
  std::string path;       // for messages; links that were followed are resolved
  bool is_magic = false;  // a link of /proc, such as /proc/self/fd/1; only the kernel makes these
};

// Follows links, except in a folder that others may write to: a folder of another user, or one with
// write permission for its group or for everybody, sticky or not. The file itself need not exist.
[[nodiscard]] Result<Place> find_place(const std::string& path);

// "dir/name" for another name in the folder of `place`.
[[nodiscard]] std::string path_beside(const Place& place, std::string_view name);

[[nodiscard]] bool may_others_write(int folder);

// "" for a regular file that this user owns and that has one name. Otherwise what it is: "it is a
// symbolic link".
[[nodiscard]] std::string_view why_not_own(const struct stat& status);

// Opens a file for writing, and creates it with `mode` if it does not exist. In a folder that
// others may write to, an existing file must be a regular one that this user owns, with one name.
// In any other folder it may be anything. `flags` are O_APPEND or O_TRUNC.
[[nodiscard]] Result<UniqueFd> open_to_write(const Place& place, int flags, unsigned mode);

struct OpenFile {
  UniqueFd fd;
  bool is_new = false;
};
// Like open_to_write(), for regular files only, in any folder: opening a pipe could hang, and a
// link could lead elsewhere.
[[nodiscard]] Result<OpenFile> open_regular(const Place& place, int flags, unsigned mode);

// Opens a regular file for reading that only root or this user may write to, in a folder of which
// the same is true. The code of the error is ENOENT or ENOTDIR when there is no such file.
[[nodiscard]] Result<UniqueFd> open_trusted(const std::string& path);

// Whether open_to_write() would succeed. Opens nothing.
[[nodiscard]] Result<> check_writable(const Place& place);

}  // namespace pwru
