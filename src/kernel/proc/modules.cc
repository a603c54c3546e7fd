// SPDX-License-Identifier: Apache-2.0
#include "kernel/proc/modules.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/file.h"

namespace pwru::kernel {
namespace {

// A number that changes when a module is loaded or unloaded; 0 when it is unknown.
uint64_t folders_of_modules() {
  struct stat st {};
  return ::stat("/sys/module", &st) == 0 ? st.st_nlink : 0;
}

uint64_t inode_of(const std::string& module) {
  struct stat st {};
  return ::stat(("/sys/module/" + module).c_str(), &st) == 0 ? st.st_ino : 0;
}

std::vector<Module> with_inodes(std::vector<Module> modules) {
  for (Module& module : modules) module.inode = inode_of(module.name);
  return modules;
}

}  // namespace

std::vector<Module> parse_modules(std::string_view text) {
  std::vector<Module> modules;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    // "name size uses users state address", and " (O)" or the like.
    Module module = {std::string(line.substr(0, line.find(' ')))};
    module.is_live = line.find(" Live ") != std::string_view::npos;
    if (!module.name.empty()) modules.push_back(std::move(module));
  }
  return modules;
}

std::vector<Module> loaded_modules() {
  const auto text = read_file("/proc/modules");
  return text ? parse_modules(*text) : std::vector<Module>();
}

ModuleSet::ModuleSet(const std::vector<Module>& loaded) {
  for (const Module& module : loaded) known_[module.name] = {module.inode, !module.is_live};
  has_waiting_ = std::ranges::any_of(loaded, [](const Module& m) { return !m.is_live; });
}

ModuleChanges ModuleSet::update(const std::vector<Module>& loaded) {
  ModuleChanges changes;
  std::map<std::string_view, const Module*> now;
  for (const Module& module : loaded) now[module.name] = &module;
  for (auto it = known_.begin(); it != known_.end();) {
    const auto found = now.find(it->first);
    const bool is_same = found != now.end() && found->second->inode == it->second.inode;
    if (!is_same && !it->second.is_new) changes.gone.push_back(it->first);
    it = is_same ? std::next(it) : known_.erase(it);
  }
  has_waiting_ = false;
  for (const Module& module : loaded) {
    Known& known = known_.try_emplace(module.name, Known{module.inode, true}).first->second;
    if (!known.is_new) continue;
    if (module.is_live) changes.appeared.push_back(module.name);
    known.is_new = !module.is_live;
    has_waiting_ |= known.is_new;
  }
  return changes;
}

ModuleWatch::ModuleWatch()
    : last_sweep_(std::chrono::steady_clock::now()),
      folders_(folders_of_modules()),
      modules_(with_inodes(loaded_modules())) {}

ModuleChanges ModuleWatch::look() {
  constexpr auto kSweep = std::chrono::seconds(1);
  const uint64_t folders = folders_of_modules();
  const auto now = std::chrono::steady_clock::now();
  if (folders == folders_ && !modules_.has_waiting() && now - last_sweep_ < kSweep) return {};
  folders_ = folders;
  last_sweep_ = now;
  return modules_.update(with_inodes(loaded_modules()));
}

}  // namespace pwru::kernel
