// SPDX-License-Identifier: Apache-2.0
// The source lines of the running kernel or of one of its modules.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kernel/dwarf/debug_files.h"
#include "kernel/dwarf/line_table.h"
#include "kernel/symbols/symbols.h"

namespace pwru::kernel {

class DebugInfo {
 public:
  // Null: there is no debug info. Reads the whole line table of a kernel, which takes some tenths
  // of a second; `is_unwanted` ends that early.
  [[nodiscard]] static Result<std::unique_ptr<DebugInfo>> load(
      const DebugFolders& folders, const std::string& module, const std::atomic<bool>& is_unwanted);

  // "net/ipv4/tcp_ipv4.c:2210"; "" when it is not known. `running_stext` is the address of vmlinux'
  // _stext in memory, which KASLR chose.
  [[nodiscard]] std::string line_of(const Located& place, uint64_t running_stext);

 private:
  DebugInfo(DebugFile file, dwarf::LineTable lines, uint64_t stext)
      : file_(std::move(file)), lines_(std::move(lines)), stext_(stext) {}

  DebugFile file_;
  dwarf::LineTable lines_;
  uint64_t stext_;  // of vmlinux, in the file
};

}  // namespace pwru::kernel
