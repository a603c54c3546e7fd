// SPDX-License-Identifier: Apache-2.0
#include "kernel/tracefs.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/file.h"
#include "kernel/mountinfo.h"

namespace pwru::kernel {
namespace {

constexpr const char* kFile = "available_filter_functions";

// The system calls themselves: glibc has had wrappers only since 2.36.
UniqueFd private_tracefs() {
  UniqueFd context(static_cast<int>(::syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC)));
  if (!context) return UniqueFd();
  if (::syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
    return UniqueFd();
  return UniqueFd(static_cast<int>(::syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, 0)));
}

Result<std::string> read_below(int mount_fd) {
  const UniqueFd file(::openat(mount_fd, kFile, O_RDONLY | O_CLOEXEC));
  if (!file) return sys_fail(fmt::format("open {} in a private tracefs", kFile));
  return read_file(path_of_fd(file.get()));
}

}  // namespace

Result<std::string> read_available_functions() {
  PWRU_ASSIGN(const std::string mountinfo, read_file("/proc/self/mountinfo"));
  std::vector<std::string> folders = mount_points(mountinfo, "tracefs");
  for (const std::string& debugfs : mount_points(mountinfo, "debugfs"))
    folders.push_back(debugfs + "/tracing");
  for (const std::string& folder : folders) {
    auto text = read_file(fmt::format("{}/{}", folder, kFile));
    if (text && !text->empty()) return text;
  }
  const UniqueFd mount = private_tracefs();
  if (!mount)
    return sys_fail(
        "mount tracefs, to read which functions can be traced; mount it by hand "
        "(mount -t tracefs tracefs /sys/kernel/tracing)");
  PWRU_ASSIGN(std::string text, read_below(mount.get()));
  if (text.empty())
    return fail(fmt::format("read {}: it is empty; the kernel needs CONFIG_FUNCTION_TRACER", kFile),
                ExitCode::NotSupported);
  return text;
}

}  // namespace pwru::kernel
