// SPDX-License-Identifier: Apache-2.0
// Where distributions put the debug info of the kernel and its modules.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kernel/dwarf/elf_file.h"

namespace pwru::kernel {

struct DebugFolders {
  std::string root = {};     // in front of all paths, for tests
  std::string release = {};  // as uname(2) says it

  [[nodiscard]] static DebugFolders of_this_machine();
};

// The path of a module below /lib/modules/RELEASE, by modules.dep: "kernel/net/sched/sch_htb.ko",
// without what compression added to it; "" when it is not there.
[[nodiscard]] std::string path_of_module(std::string_view modules_dep, std::string_view module);

// The paths at which the debug info of `module` ("": vmlinux) may be, the most likely first.
[[nodiscard]] std::vector<std::string> debug_paths(const DebugFolders& folders,
                                                   std::string_view module,
                                                   std::string_view build_id);

struct DebugFile {
  std::unique_ptr<dwarf::ElfFile> elf;  // null: there is none
  std::string path;
};
// The first of these files that has a line table and the build-id of what runs. An error is of a
// file that cannot be used, when there is no other.
[[nodiscard]] Result<DebugFile> find_debug_file(const DebugFolders& folders,
                                                std::string_view module);

}  // namespace pwru::kernel
