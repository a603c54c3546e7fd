// SPDX-License-Identifier: Apache-2.0
#include "kernel/switches.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "base/file.h"
#include "kernel/private_mount.h"
#include "kernel/proc/mountinfo.h"

namespace pwru::kernel {
namespace {

constexpr const char* kKprobesEnabled = "kprobes/enabled";

UniqueFd open_in(const UniqueFd& folder) {
  UniqueFd file(::openat(folder.get(), kKprobesEnabled, O_RDONLY | O_CLOEXEC));
  return read_switch(file) == Switch::Unknown ? UniqueFd() : std::move(file);
}

}  // namespace

Switch switch_of(std::string_view text) {
  if (text.starts_with('1')) return Switch::On;
  return text.starts_with('0') ? Switch::Off : Switch::Unknown;
}

UniqueFd open_ftrace_switch() {
  auto file = open_file("/proc/sys/kernel/ftrace_enabled", O_RDONLY);
  return file ? std::move(*file) : UniqueFd();
}

Switch ftrace_switch() { return read_switch(open_ftrace_switch()); }

UniqueFd open_kprobe_switch() {
  const auto mountinfo = read_file("/proc/self/mountinfo");
  if (mountinfo) {
    for (const std::string& path : mount_points(*mountinfo, "debugfs")) {
      const auto folder = open_file(path, O_RDONLY | O_DIRECTORY);
      if (!folder) continue;
      UniqueFd file = open_in(*folder);
      if (file) return file;
    }
  }
  const UniqueFd folder = private_mount("debugfs");
  return folder ? open_in(folder) : UniqueFd();
}

Switch read_switch(const UniqueFd& file) {
  char text = 0;
  return file && ::pread(file.get(), &text, 1, 0) == 1 ? switch_of({&text, 1}) : Switch::Unknown;
}

}  // namespace pwru::kernel
