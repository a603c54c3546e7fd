// SPDX-License-Identifier: Apache-2.0
// Where a file that is written to stands. It runs as root, and folders of others are full of traps:
// what they may have put there is neither followed nor written to.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "base/handle.h"
#include "base/result.h"

namespace pwru {

// A name in a folder that is open, so that it stays the same folder whatever is renamed.
struct Place {
  UniqueFd folder;
  std::string name;
  std::string path;       // what errors call it; behind links that were followed
  bool is_magic = false;  // a link of /proc, such as /proc/self/fd/1, which only the kernel makes
};

// Follows links, but none in a folder that others may write: one of another user, or with write
// permission for its group or everybody, sticky or not. The file itself need not exist.
[[nodiscard]] Result<Place> find_place(const std::string& path);

// "dir/name" for another name in the folder of `place`.
[[nodiscard]] std::string path_beside(const Place& place, std::string_view name);

[[nodiscard]] bool may_others_write(int folder);

// "" for a regular file of our own with one name, or else what it is: "it is a symbolic link".
[[nodiscard]] std::string_view why_not_own(const struct stat& status);

// Opens for writing, and creates it with `mode`. In a folder that others may write what is there
// already must be a regular file of our own, with one name; elsewhere it may be anything.
// `flags` are O_APPEND or O_TRUNC.
[[nodiscard]] Result<UniqueFd> open_to_write(const Place& place, int flags, unsigned mode);

struct OpenFile {
  UniqueFd fd;
  bool is_new = false;
};
// The same for a regular file only, also elsewhere: a pipe would hang, and a link lead away.
[[nodiscard]] Result<OpenFile> open_regular(const Place& place, int flags, unsigned mode);

// Whether open_to_write() could do it, without doing it.
[[nodiscard]] Result<> check_writable(const Place& place);

}  // namespace pwru
