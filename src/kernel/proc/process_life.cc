// SPDX-License-Identifier: Apache-2.0
#include "kernel/proc/process_life.h"

#include <dirent.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <string>

#include "base/file.h"
#include "base/handle.h"

namespace pwru::kernel {
namespace {

constexpr uint64_t kInitialPidNs = 0xEFFFFFFC;  // PROC_PID_INIT_INO in include/linux/proc_ns.h

// 0 when it is unknown; errno then says why.
uint64_t namespace_of(std::string_view process, std::string_view kind) {
  struct stat status {};
  const std::string path = fmt::format("/proc/{}/ns/{}", process, kind);
  return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

template <class T>
T number_in(std::string_view text) {
  T value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Judges a process by its folder in /proc. Start times in two time namespaces cannot be compared.
Life life_in_proc(const std::string& folder, uint64_t start) {
  const auto text = read_file(fmt::format("/proc/{}/stat", folder));
  if (!text)
    return text.error().code == ENOENT || text.error().code == ESRCH ? Life::Dead : Life::Unknown;
  const auto stat = parse_stat(*text);
  if (!stat) return Life::Unknown;
  if (stat->state == 'Z' || stat->state == 'X') return Life::Dead;
  if (start == 0 || stat->start == start) return Life::Alive;
  return namespace_of(folder, "time") == namespace_of("self", "time") ? Life::Dead : Life::Unknown;
}

// /proc may belong to another PID namespace. The line "Pid:" of a descriptor is right in that
// /proc.
Life life_here(const ProcessName& process) {
  const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
  if (!pidfd) {
    // EINVAL, on later kernels ENOENT: the number now belongs to a thread.
    return errno == ESRCH || errno == EINVAL || errno == ENOENT ? Life::Dead : Life::Unknown;
  }
  const auto info = read_file(fmt::format("/proc/self/fdinfo/{}", pidfd.get()));
  const size_t at = info ? info->find("Pid:\t") : std::string::npos;
  if (at == std::string::npos) return Life::Unknown;
  const auto pid = number_in<pid_t>(std::string_view(*info).substr(at + 5));
  return pid > 0 ? life_in_proc(std::to_string(pid), process.start) : Life::Unknown;
}

// Whether /proc shows all processes of the machine, with their namespaces.
bool sees_everything() {
  std::string self(16, '\0');
  const ssize_t size = ::readlink("/proc/self", self.data(), self.size());
  return size > 0 && number_in<pid_t>(self) == ::getpid() &&
         namespace_of("1", "pid") == kInitialPidNs;
}

Life life_elsewhere(const ProcessName& process) {
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
  if (!proc) return Life::Unknown;
  Life life = Life::Dead;
  while (const dirent* entry = ::readdir(proc.get())) {
    const std::string folder = static_cast<const char*>(entry->d_name);
    if (number_in<pid_t>(folder) <= 0) continue;
    const uint64_t pid_ns = namespace_of(folder, "pid");
    if (!pid_ns && errno != ENOENT && errno != ESRCH) life = Life::Unknown;
    if (!pid_ns || (process.pid_ns && pid_ns != process.pid_ns)) continue;
    const auto status = read_file(fmt::format("/proc/{}/status", folder));
    if (!status || innermost_pid(*status) != process.pid) continue;
    const Life found = life_in_proc(folder, process.start);
    if (found == Life::Alive) return found;
    if (found == Life::Unknown) life = found;
  }
  return life;
}

}  // namespace

ProcessName own_process() {
  const auto text = read_file("/proc/self/stat");
  const auto stat = text ? parse_stat(*text) : std::nullopt;
  return {namespace_of("self", "pid"), ::getpid(), stat ? stat->start : 0};
}

Life life_of(const ProcessName& process) {
  const uint64_t own = namespace_of("self", "pid");
  if (!own) return Life::Unknown;
  if (process.pid_ns == own) return life_here(process);
  return own == kInitialPidNs && sees_everything() ? life_elsewhere(process) : Life::Unknown;
}

std::optional<ProcessStat> parse_stat(std::string_view text) {
  constexpr int kFieldsToStart = 19;         // from the state, field 3, to the start, field 22
  const size_t name_end = text.rfind(") ");  // a name may hold any characters
  if (name_end == std::string_view::npos || name_end + 2 >= text.size()) return std::nullopt;
  text.remove_prefix(name_end + 2);
  const char state = text.front();
  for (int i = 0; i < kFieldsToStart; i++) {
    const size_t blank = text.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    text.remove_prefix(blank + 1);
  }
  return ProcessStat{state, number_in<uint64_t>(text)};
}

pid_t innermost_pid(std::string_view status) {
  constexpr std::string_view kKey = "\nNSpid:";
  const size_t at = status.find(kKey);
  if (at == std::string_view::npos) return 0;
  std::string_view line = status.substr(at + kKey.size());
  line = line.substr(0, line.find('\n'));
  const size_t last = line.rfind('\t');
  return last == std::string_view::npos ? 0 : number_in<pid_t>(line.substr(last + 1));
}

}  // namespace pwru::kernel
