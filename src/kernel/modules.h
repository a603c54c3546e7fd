// SPDX-License-Identifier: Apache-2.0
// Which modules are loaded, and which come and go.
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
  bool is_live = false;  // its initialisation is over, and its __init functions are freed
  uint64_t inode = 0;    // of its folder in /sys/module: another one when it is loaded anew
};

// The lines of /proc/modules, without inodes; empty without that file (a kernel without
// CONFIG_MODULES).
[[nodiscard]] std::vector<Module> loaded_modules();
[[nodiscard]] std::vector<Module> parse_modules(std::string_view text);

struct ModuleChanges {
  // One that was loaded anew is in both.
  std::vector<std::string> gone;
  std::vector<std::string> appeared;
};

// What is known of the modules between two looks.
class ModuleSet {
 public:
  explicit ModuleSet(const std::vector<Module>& loaded);
  // A module that is not live yet appears later.
  [[nodiscard]] ModuleChanges update(const std::vector<Module>& loaded);
  // Some were not live.
  [[nodiscard]] bool has_waiting() const { return has_waiting_; }

 private:
  struct Known {
    uint64_t inode = 0;
    bool is_new = true;  // it has not appeared yet
  };
  std::map<std::string, Known, std::less<>> known_;
  bool has_waiting_ = false;
};

// A look is one system call when nothing has changed, the number of folders in /sys/module; once a
// second it looks at each, as one may have gone and come again between two looks. It takes no
// privilege.
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
