// SPDX-License-Identifier: Apache-2.0
#include "kernel/proc/mounted.h"

#include <fmt/core.h>
#include <unistd.h>

namespace pwru::kernel {

bool has_proc(const std::string& root) {
  return ::access((root + "/proc/self/fd").c_str(), F_OK) == 0;
}

Result<> require_proc(const std::string& root) {
  if (has_proc(root)) return {};
  return fail(fmt::format("read about the kernel: {}; {}", kNoProc, kMountProc),
              ExitCode::NotSupported, ENOENT);
}

}  // namespace pwru::kernel
