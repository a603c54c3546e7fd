// SPDX-License-Identifier: Apache-2.0
#include "kernel/dwarf/source_path.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace pwru::kernel::dwarf {
namespace {

// Without "." and "..", as far as that can be said without looking at folders.
std::string plain(std::string_view path) {
  std::vector<std::string_view> names;
  for (size_t at = 0; at < path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const std::string_view name = path.substr(at, end - at);
    at = end + 1;
    if (name.empty() || name == ".") continue;
    if (name == ".." && !names.empty() && names.back() != "..")
      names.pop_back();
    else
      names.push_back(name);
  }
  std::string out;
  for (const std::string_view name : names) {
    if (!out.empty() || path.starts_with('/')) out += '/';
    out += name;
  }
  return out;
}

// False where `folder` is no part of the path.
bool cut_folder(std::string& path, std::string_view folder) {
  const std::string start = plain(folder) + "/";
  if (start.size() == 1 || !start.starts_with('/') || !path.starts_with(start)) return false;
  path.erase(0, start.size());
  return true;
}

}  // namespace

std::string short_path(const FilePath& file) {
  std::string path = plain(file.path);
  // Built in another folder than the sources (make O=): up from there is the root.
  while (path.starts_with("../")) path.erase(0, 3);
  if (!path.starts_with('/')) return path;
  if (!cut_folder(path, file.source_root)) (void)cut_folder(path, file.compiled_in);
  return path;
}

}  // namespace pwru::kernel::dwarf
