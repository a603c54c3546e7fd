// SPDX-License-Identifier: Apache-2.0
#include "kernel/dwarf/source_lines.h"

#include <sys/stat.h>

#include <chrono>
#include <new>
#include <system_error>

#include "base/clock.h"
#include "base/log.h"

namespace pwru::kernel {
namespace {

constexpr auto kMostWait = std::chrono::milliseconds(200);
constexpr size_t kMostAnswers = 4096;  // packets die at some hundred places

// The table of a kernel is large, and the tracer may be held to little memory.
Result<std::unique_ptr<DebugInfo>> load_if_there_is_memory(const DebugFolders& folders,
                                                           const std::string& module,
                                                           const std::atomic<bool>& is_unwanted) {
  try {
    return DebugInfo::load(folders, module, is_unwanted);
  } catch (const std::bad_alloc&) {
    return fail("there is no memory for its line table");
  }
}

}  // namespace

// Null for what is no module: programs of BPF and trampolines are "[bpf]", "[__builtin__kprobes]".
SourceLines::Source* SourceLines::source_of(std::string_view module) {
  struct stat folder = {};
  const std::string path = folders_.root + "/sys/module/" + std::string(module);
  if (!module.empty() && ::stat(path.c_str(), &folder) != 0) return nullptr;
  const auto known = sources_.find(module);
  if (known != sources_.end() && known->second.inode == folder.st_ino) return &known->second;
  Source& source = sources_[std::string(module)];
  source = {};
  source.inode = folder.st_ino;
  load(source, std::string(module));
  return &source;
}

void SourceLines::load(Source& source, std::string module) {
  try {
    source.loading = std::async(std::launch::async, [this, name = std::move(module)] {
      return load_if_there_is_memory(folders_, name, is_unwanted_);
    });
  } catch (const std::system_error&) {
    // There is a limit on threads. So there are no lines.
  }
}

void SourceLines::wait_for(Source& source) {
  const uint64_t begin_ns = monotonic_ns();
  if (source.was_waited_for || !waiting_.may_ask(begin_ns, 0)) return;
  source.was_waited_for = true;
  source.loading.wait_for(kMostWait);
  waiting_.add(monotonic_ns() - begin_ns);
}

void SourceLines::take_loaded(Source& source) {
  auto loaded = source.loading.get();
  if (loaded) {
    source.info = std::move(*loaded);
  } else if (!has_warned_) {
    has_warned_ = true;
    log_warn("debug info is not used: {}", loaded.error().what);
  }
}

bool SourceLines::is_loaded(Source& source) {
  if (source.loading.valid()) {
    wait_for(source);
    if (source.loading.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
    take_loaded(source);
  }
  return source.info != nullptr;
}

std::string_view SourceLines::line_of(uint64_t address) {
  const auto place = symbols_.locate(address);
  if (!place) return "";
  Source* const source = source_of(place->symbol.module);
  if (!source || !is_loaded(*source)) return "";
  if (const auto known = source->answers.find(address); known != source->answers.end())
    return known->second;
  if (source->answers.size() >= kMostAnswers) source->answers.clear();
  if (!stext_) {
    const auto found = symbols_.addresses("_stext", "");
    stext_ = found.empty() ? 0 : found.front();
  }
  return source->answers.emplace(address, source->info->line_of(*place, *stext_)).first->second;
}

}  // namespace pwru::kernel
