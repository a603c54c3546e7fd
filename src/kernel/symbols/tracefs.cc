// SPDX-License-Identifier: Apache-2.0
#include "kernel/symbols/tracefs.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/file.h"
#include "kernel/private_mount.h"
#include "kernel/proc/mountinfo.h"

namespace pwru::kernel {
namespace {

constexpr const char* kFile = "available_filter_functions";
constexpr size_t kTypicalBytes = 4 << 20;  // 2 MB in Debian's 6.12 with few modules

// Opens every tracefs that is mounted where this process can see it, then one of its own. `code`
// becomes EACCES when one exists and may not be opened.
std::vector<UniqueFd> open_all(int& code) {
  std::vector<UniqueFd> found;
  const auto mountinfo = read_file("/proc/self/mountinfo");
  if (mountinfo) {
    std::vector<std::string> folders = mount_points(*mountinfo, "tracefs");
    for (const std::string& debugfs : mount_points(*mountinfo, "debugfs"))
      folders.push_back(debugfs + "/tracing");
    for (const std::string& folder : folders) {
      auto fd = open_file(folder, O_RDONLY | O_DIRECTORY);
      if (fd)
        found.push_back(std::move(*fd));
      else if (fd.error().code == EACCES)
        code = EACCES;
    }
  }
  UniqueFd mount = private_mount("tracefs");
  if (mount) found.push_back(std::move(mount));
  return found;
}

}  // namespace

Result<UniqueFd> open_tracefs(const char* file, int flags) {
  int code = ENODEV;
  for (UniqueFd& folder : open_all(code)) {
    const UniqueFd fd(::openat(folder.get(), file, flags | O_CLOEXEC));
    if (fd) return std::move(folder);
    code = errno;
  }
  if (code == EACCES)
    return sys_fail(fmt::format("open {} in tracefs, which is for root or CAP_DAC_OVERRIDE", file),
                    code);
  return sys_fail(fmt::format("open {} in tracefs; mount it by hand "
                              "(mount -t tracefs tracefs /sys/kernel/tracing)",
                              file),
                  code);
}

Result<UniqueFd> open_available_functions() {
  PWRU_ASSIGN(const UniqueFd folder, open_tracefs(kFile, O_RDONLY));
  UniqueFd file(::openat(folder.get(), kFile, O_RDONLY | O_CLOEXEC));
  if (!file) return sys_fail(fmt::format("open {} in tracefs", kFile));
  return file;
}

Result<std::string> read_available_functions() {
  PWRU_ASSIGN(const UniqueFd file, open_available_functions());
  PWRU_ASSIGN(std::string text, read_file(path_of_fd(file.get()), kTypicalBytes));
  if (text.empty())
    return fail(fmt::format("read {}: it is empty; the kernel needs CONFIG_FUNCTION_TRACER", kFile),
                ExitCode::NotSupported);
  return text;
}

}  // namespace pwru::kernel
