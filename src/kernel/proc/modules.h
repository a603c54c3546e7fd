// SPDX-License-Identifier: Apache-2.0
// The loaded modules, and those that come and go.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pwru::kernel {

struct Module {
  std::string name;
  bool is_live = false;  // initialised, and its __init functions are freed
  uint64_t inode = 0;    // of its folder in /sys/module; a module loaded again has another one
};

// The modules of /proc/modules, without inodes. Empty when there is no such file (a kernel without
// CONFIG_MODULES).
[[nodiscard]] std::vector<Module> loaded_modules();
[[nodiscard]] std::vector<Module> parse_modules(std::string_view text);

struct ModuleChanges {
  // A module that was unloaded and loaded again is in both lists.
  std::vector<std::string> gone;
  std::vector<std::string> appeared;
};

// Remembers the modules of the last look, and reports what changed.
class ModuleSet {
 public:
  explicit ModuleSet(const std::vector<Module>& loaded);
  // A module that is not live yet is reported by a later call.
  [[nodiscard]] ModuleChanges update(const std::vector<Module>& loaded);
  // Whether some modules were not live yet.
  [[nodiscard]] bool has_waiting() const { return has_waiting_; }

 private:
  struct Known {
    uint64_t inode = 0;
    bool is_new = true;  // not reported yet
  };
  std::map<std::string, Known, std::less<>> known_;
  bool has_waiting_ = false;
};

// Watches the loaded modules. When nothing has changed, a look is one system call: the number of
// folders in /sys/module. Once a second each folder is looked at, because a module may have gone
// and come again between two looks. Takes no privilege.
class ModuleWatch {
 public:
  ModuleWatch();
  [[nodiscard]] ModuleChanges look();

 private:
  std::chrono::steady_clock::time_point last_sweep_;
  uint64_t folders_ = 0;
  ModuleSet modules_;
};

}  // namespace pwru::kernel
