// SPDX-License-Identifier: Apache-2.0
// Source lines of addresses in the running kernel. Its debug info is read by a thread, which has
// the rights that its maker has left by then; that of a module only when it is asked for.
#pragma once

#include <atomic>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "kernel/dwarf/debug_info.h"
#include "kernel/lookups/asking_time.h"
#include "kernel/symbols/symbols.h"

namespace pwru::kernel {

class SourceLines {
 public:
  // `symbols` must outlive it, and may change.
  explicit SourceLines(const Symbols& symbols,
                       DebugFolders folders = DebugFolders::of_this_machine())
      : symbols_(symbols), folders_(std::move(folders)) {
    (void)source_of("");
  }
  ~SourceLines() { is_unwanted_ = true; }

  // "net/ipv4/tcp_ipv4.c:2210"; "" when it is not known, or not known yet: the first question about
  // the kernel or a module waits at most a fifth of a second for its debug info, and later ones do
  // not wait. Valid until the next call.
  [[nodiscard]] std::string_view line_of(uint64_t address);

 private:
  struct Source {
    uint64_t inode = 0;  // of the module's folder, which changes when it is loaded again
    std::future<Result<std::unique_ptr<DebugInfo>>> loading;
    bool was_waited_for = false;
    std::unique_ptr<DebugInfo> info;                    // null: not loaded, or there is none
    std::unordered_map<uint64_t, std::string> answers;  // by address
  };

  [[nodiscard]] Source* source_of(std::string_view module);
  [[nodiscard]] bool is_loaded(Source& source);
  void load(Source& source, std::string module);
  void wait_for(Source& source);
  void take_loaded(Source& source);

  const Symbols& symbols_;
  DebugFolders folders_;
  std::atomic<bool> is_unwanted_ = false;
  std::map<std::string, Source, std::less<>> sources_;  // "": vmlinux
  std::optional<uint64_t> stext_;                       // where the kernel is; 0: not known
  AskingTime waiting_;
  bool has_warned_ = false;
};

}  // namespace pwru::kernel
