// SPDX-License-Identifier: Apache-2.0
#include "kernel/proc/netns_names.h"

#include <fmt/core.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/clock.h"
#include "base/file.h"

namespace pwru::kernel {
namespace {

constexpr uint64_t kKnownNs = 10'000'000'000;
constexpr uint64_t kGoneNs = 600 * uint64_t{1'000'000'000};
constexpr uint64_t kUnknownNs = 1'000'000'000;  // reading all of /proc takes milliseconds
constexpr size_t kIdDigits = 64;
constexpr size_t kShortId = 12;

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// Reads one folder of a cgroup's path: "docker-<64 digits>.scope", "<64 digits>",
// "lxc.payload.web".
std::string container_in(std::string_view folder) {
  if (folder.ends_with(".scope")) folder.remove_suffix(std::string_view(".scope").size());
  if (folder.size() >= kIdDigits) {
    const std::string_view id = folder.substr(folder.size() - kIdDigits);
    const bool is_word = id.size() == folder.size() || folder[folder.size() - kIdDigits - 1] == '-';
    if (is_word && is_hex(id)) return std::string(id.substr(0, kShortId));
  }
  if (take_prefix(folder, "lxc.payload.") || take_prefix(folder, "machine-"))
    return std::string(folder);
  return "";
}

template <class T>
T number_of(std::string_view text) {
  T value = 0;
  std::from_chars(text.begin(), text.end(), value);
  return value;
}

// Field 22 of /proc/PID/stat. It stands after the comm, which may hold anything and ends with the
// last ")".
uint64_t start_time(const std::string& folder) {
  const auto stat = read_file(folder + "/stat");
  if (!stat) return std::numeric_limits<uint64_t>::max();
  std::string_view rest = *stat;
  rest.remove_prefix(std::min(rest.rfind(')') + 1, rest.size()));
  for (int field = 2; field < 22; field++) {
    const size_t blank = rest.find(' ');
    if (blank == std::string_view::npos) return std::numeric_limits<uint64_t>::max();
    rest.remove_prefix(blank + 1);
  }
  return number_of<uint64_t>(rest);
}

// Reads "net:[4026531840]"; 0 for a process that is gone or that this process may not look at.
uint32_t netns_of_process(const std::string& folder) {
  char link[64];
  const ssize_t size = ::readlink((folder + "/ns/net").c_str(), link, sizeof link);
  std::string_view text(link, static_cast<size_t>(std::max<ssize_t>(size, 0)));
  return take_prefix(text, "net:[") ? number_of<uint32_t>(text) : 0;
}

std::string name_of_process(const std::string& folder) {
  std::string name = container_of(read_file(folder + "/cgroup").value_or(""));
  if (!name.empty()) return name;
  name = read_file(folder + "/comm").value_or("");
  if (name.ends_with('\n')) name.pop_back();
  return name;
}

void add_named(NetnsNameTable& names) {
  for (const std::string& name : names_in("/run/netns")) {
    struct stat st = {};
    struct statfs mount = {};
    const std::string path = "/run/netns/" + name;
    if (::statfs(path.c_str(), &mount) != 0 || mount.f_type != NSFS_MAGIC ||
        ::stat(path.c_str(), &st) != 0)
      continue;
    names.emplace(static_cast<uint32_t>(st.st_ino), name);
  }
}

struct Oldest {
  std::string folder;
  uint64_t started = 0;
};

// Without the namespaces that are in `known`.
std::map<uint32_t, Oldest> oldest_processes(const NetnsNameTable& known) {
  std::map<uint32_t, Oldest> oldest;
  for (const std::string& pid : names_in("/proc")) {
    if (pid[0] < '0' || pid[0] > '9') continue;
    const std::string folder = "/proc/" + pid;
    const uint32_t inode = netns_of_process(folder);
    if (!inode || known.contains(inode)) continue;
    const uint64_t started = start_time(folder);
    const auto [other, is_new] = oldest.try_emplace(inode, Oldest{folder, started});
    if (!is_new && started < other->second.started) other->second = {folder, started};
  }
  return oldest;
}

}  // namespace

std::string container_of(std::string_view cgroup) {
  std::string container;
  bool is_in_lxc = false;  // "/lxc/NAME"
  while (!cgroup.empty()) {
    const size_t end = cgroup.find_first_of("/\n");
    const std::string_view folder = cgroup.substr(0, end);
    std::string found = is_in_lxc ? std::string(folder) : container_in(folder);
    if (!found.empty()) container = std::move(found);  // the innermost one counts
    is_in_lxc = folder == "lxc";
    if (end == std::string_view::npos) break;
    cgroup.remove_prefix(end + 1);
  }
  return container;
}

NetnsNameTable scan_netns_names() {
  NetnsNameTable names;
  add_named(names);
  for (const auto& [inode, process] : oldest_processes(names))
    names.emplace(inode, name_of_process(process.folder));
  return names;
}

NetnsProcesses scan_netns_processes() {
  NetnsProcesses found;
  add_named(found.names);
  for (const auto& [inode, process] : oldest_processes({})) {
    if (!found.names.contains(inode)) found.names.emplace(inode, name_of_process(process.folder));
    found.folders.emplace(inode, process.folder);
  }
  return found;
}

NetnsNames NetnsNames::live() { return {scan_netns_names, monotonic_ns}; }

std::string_view NetnsNames::name(uint32_t inode) {
  if (!inode) return "";
  const uint64_t now_ns = clock_();
  if (const auto known = entries_.find(inode);
      known != entries_.end() && now_ns < known->second.valid_until_ns)
    return known->second.name;
  scan(now_ns);
  Entry& entry = entries_[inode];
  // A namespace that is gone keeps its name, because its last packets may still arrive.
  entry.valid_until_ns = std::max(entry.valid_until_ns, now_ns + kUnknownNs);
  return entry.name;
}

void NetnsNames::scan(uint64_t now_ns) {
  std::erase_if(entries_, [now_ns](const auto& entry) {
    return entry.second.valid_until_ns + kGoneNs < now_ns;
  });
  for (auto& [inode, name] : scan_()) entries_[inode] = {name, now_ns + kKnownNs};
}

}  // namespace pwru::kernel
