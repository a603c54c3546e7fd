// SPDX-License-Identifier: Apache-2.0
#include "kernel/dwarf/debug_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/file.h"
#include "base/place.h"

namespace pwru::kernel {
namespace {

constexpr std::string_view kModuleEnd = ".ko";

// The kernel's name of a module has no dashes, its file may have some.
std::string name_of_module(std::string_view path) {
  std::string name(path.substr(path.rfind('/') + 1));
  name.resize(std::min(name.find('.'), name.size()));
  std::ranges::replace(name, '-', '_');
  return name;
}

std::string running_build_id(const DebugFolders& folders, std::string_view module) {
  const std::string path = module.empty() ? folders.root + "/sys/kernel/notes"
                                          : fmt::format("{}/sys/module/{}/notes/.note.gnu.build-id",
                                                        folders.root, module);
  const auto notes = read_file(path);
  return notes ? dwarf::build_id_of_notes(*notes) : "";
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

std::vector<std::string> paths_of_module(const DebugFolders& folders, std::string_view module) {
  const std::string modules = "/lib/modules/" + folders.release + "/";
  const auto fd = open_trusted(folders.root + modules + "modules.dep");
  const auto table = fd ? read_all(fd->get(), "modules.dep") : Result<std::string>("");
  const std::string path = path_of_module(table ? *table : "", module);
  if (path.empty()) return {};
  const std::string of_debug = "/usr/lib/debug" + modules + path;
  // A kernel that was built here may have modules that were never stripped.
  return {of_debug + ".debug", of_debug, modules + path};
}

// None: another file, or one without lines.
Result<std::unique_ptr<dwarf::ElfFile>> open_debug_file(const std::string& path,
                                                        std::string_view build_id) {
  PWRU_ASSIGN(auto fd, open_trusted(path));
  PWRU_ASSIGN(auto elf, dwarf::ElfFile::open(std::move(fd)));
  if (!elf.find(".debug_line") || dwarf::build_id_of(elf) != build_id) return nullptr;
  return std::make_unique<dwarf::ElfFile>(std::move(elf));
}

}  // namespace

DebugFolders DebugFolders::of_this_machine() {
  DebugFolders folders;
  utsname system = {};
  if (::uname(&system) == 0) folders.release = static_cast<const char*>(system.release);
  return folders;
}

std::string path_of_module(std::string_view modules_dep, std::string_view module) {
  for (std::string_view rest = modules_dep; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const std::string_view path = line.substr(0, line.find(':'));
    const size_t end = path.rfind(kModuleEnd);
    if (end == std::string_view::npos || name_of_module(path) != module) continue;
    return std::string(path.substr(0, end + kModuleEnd.size()));
  }
  return "";
}

std::vector<std::string> debug_paths(const DebugFolders& folders, std::string_view module,
                                     std::string_view build_id) {
  std::vector<std::string> paths;
  const std::string& release = folders.release;
  if (module.empty())
    paths = {"/usr/lib/debug/boot/vmlinux-" + release,
             fmt::format("/usr/lib/debug/lib/modules/{}/vmlinux", release),
             fmt::format("/lib/modules/{}/build/vmlinux", release)};
  else
    paths = paths_of_module(folders, module);
  if (build_id.size() > 1)
    paths.push_back(fmt::format("/usr/lib/debug/.build-id/{}/{}.debug", hex(build_id.substr(0, 1)),
                                hex(build_id.substr(1))));
  for (std::string& path : paths) path = folders.root + path;
  return paths;
}

Result<DebugFile> find_debug_file(const DebugFolders& folders, std::string_view module) {
  const std::string build_id = running_build_id(folders, module);
  if (build_id.empty()) return DebugFile{};
  std::optional<Error> first;
  for (const std::string& path : debug_paths(folders, module, build_id)) {
    auto elf = open_debug_file(path, build_id);
    if (elf && *elf) return DebugFile{std::move(*elf), path};
    if (elf || first || elf.error().code == ENOENT || elf.error().code == ENOTDIR) continue;
    first = std::move(elf).error();
    if (first->what.find(path) == std::string::npos) first->what = path + ": " + first->what;
  }
  if (first) return tl::unexpected<Error>(std::move(*first));
  return DebugFile{};
}

}  // namespace pwru::kernel
