// SPDX-License-Identifier: Apache-2.0
#include "kernel/switches.h"

#include <fcntl.h>

#include "base/file.h"
#include "kernel/mountinfo.h"
#include "kernel/private_mount.h"

namespace pwru::kernel {
namespace {

constexpr const char* kKprobesEnabled = "kprobes/enabled";

Switch read_in(const UniqueFd& folder, const char* file) {
  const UniqueFd fd(::openat(folder.get(), file, O_RDONLY | O_CLOEXEC));
  if (!fd) return Switch::Unknown;
  const auto text = read_all(fd.get(), file);
  return text ? switch_of(*text) : Switch::Unknown;
}

}  // namespace

Switch switch_of(std::string_view text) {
  if (text.starts_with('1')) return Switch::On;
  return text.starts_with('0') ? Switch::Off : Switch::Unknown;
}

Switch ftrace_switch() {
  const auto text = read_file("/proc/sys/kernel/ftrace_enabled");
  return text ? switch_of(*text) : Switch::Unknown;
}

Switch kprobe_switch() {
  const auto mountinfo = read_file("/proc/self/mountinfo");
  if (mountinfo) {
    for (const std::string& path : mount_points(*mountinfo, "debugfs")) {
      const auto folder = open_file(path, O_RDONLY | O_DIRECTORY);
      if (!folder) continue;
      const Switch found = read_in(*folder, kKprobesEnabled);
      if (found != Switch::Unknown) return found;
    }
  }
  const UniqueFd folder = private_mount("debugfs");
  return folder ? read_in(folder, kKprobesEnabled) : Switch::Unknown;
}

}  // namespace pwru::kernel
