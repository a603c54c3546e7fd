// SPDX-License-Identifier: Apache-2.0
#include "doctor/machine.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>

#include "base/file.h"
#include "kernel/proc/mounted.h"

namespace pwru::doctor {
namespace {

enum class Need : uint8_t { Always, Addresses, OldMemlock, Some, Never };

struct Capability {
  int number;
  const char* name;
  Need need;
  const char* purpose;
};

// The table of SECURITY.md.
constexpr auto kCapabilities = std::to_array<Capability>({
    {CAP_BPF, "CAP_BPF", Need::Always, "loads programs into the kernel"},
    {CAP_PERFMON, "CAP_PERFMON", Need::Always, "attaches programs to functions"},
    {CAP_SYSLOG, "CAP_SYSLOG", Need::Addresses, "shows the addresses of functions"},
    {CAP_SYS_RESOURCE, "CAP_SYS_RESOURCE", Need::OldMemlock,
     "locks the memory of maps, before Linux 5.11"},
    {CAP_SYS_ADMIN, "CAP_SYS_ADMIN", Need::Some,
     "--filter-trace-tc, --filter-trace-xdp, --filter-track-bpf-helpers, --filter-ifname in "
     "another "
     "namespace, types in --output-bpfmap"},
    {CAP_SYS_PTRACE, "CAP_SYS_PTRACE", Need::Some,
     "--output-netns-names of the processes of other users"},
    {CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE", Need::Some,
     "tracefs for other users than root, output files in folders of others"},
    {CAP_SYS_RAWIO, "CAP_SYS_RAWIO", Need::Some, "exact call stacks with the backend kprobe"},
    {CAP_SYS_NICE, "CAP_SYS_NICE", Need::Some,
     "the highest priority: without it more events may be lost under load"},
    {CAP_NET_ADMIN, "CAP_NET_ADMIN", Need::Never, "is never needed"},
});

bool has(const kernel::Privileges& own, const Capability& capability) {
  const bool is_in_admin = capability.number == CAP_BPF || capability.number == CAP_PERFMON;
  return own.has(capability.number) || (is_in_admin && own.has(CAP_SYS_ADMIN));
}

bool is_memlock_short(const kernel::Privileges& own) {
  return own.counts_memlock && own.memlock_bytes != RLIM_INFINITY && !own.has(CAP_SYS_RESOURCE);
}

Check check_of(const Machine& machine, const Capability& capability) {
  if (has(machine.own, capability)) return {capability.name, State::Ok, capability.purpose};
  State state = State::Warning;
  switch (capability.need) {
    case Need::Always:
      state = State::Failed;
      break;
    case Need::Addresses:
      state = machine.shows_addresses ? State::Absent : State::Failed;
      break;
    case Need::OldMemlock:
      state = is_memlock_short(machine.own) ? State::Failed : State::Absent;
      break;
    case Need::Some:
      break;
    case Need::Never:
      state = State::Absent;
      break;
  }
  return {capability.name, state, fmt::format("missing; {}", capability.purpose)};
}

// Reads on only as far as the first symbol that has an address: without the right all are 0.
bool shows_addresses() {
  const auto file = open_file("/proc/kallsyms", O_RDONLY);
  if (!file) return false;
  constexpr size_t kMostBytes = 1 << 18;
  std::string text(kMostBytes, '\0');
  size_t size = 0;
  for (ssize_t n = 1; n > 0 && size < text.size(); size += static_cast<size_t>(n)) {
    n = ::read(file->get(), text.data() + size, text.size() - size);
    if (n < 0) return false;
    const std::string_view now(text.data(), size + static_cast<size_t>(n));
    for (size_t at = 0; at < now.size();) {
      const size_t end = now.find_first_not_of('0', at);
      if (end == std::string_view::npos) break;
      if (now[end] != ' ') return true;
      at = now.find('\n', end);
      if (at == std::string_view::npos) break;
      at++;
    }
  }
  return false;
}

bool has_own_pid_namespace() {
  constexpr ino_t kInitial = 0xEFFFFFFC;  // PROC_PID_INIT_INO
  struct stat status = {};
  return ::stat("/proc/self/ns/pid", &status) == 0 && status.st_ino != kInitial;
}

std::optional<uint64_t> number_in_file(const char* path) {
  const auto text = read_file(path);
  uint64_t value = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc())
    return std::nullopt;
  return value;
}

Check switch_check(std::string_view id, kernel::Switch state, State when_off) {
  if (state == kernel::Switch::On) return {id, State::Ok, "switched on"};
  if (state == kernel::Switch::Off)
    return {id, when_off, "switched off, so that probes are not hit"};
  return {id, State::Unknown, "its switch cannot be read"};
}

// `value` of a sysctl, and what it means.
Check sysctl_check(std::string_view id, std::optional<int> value, State state,
                   std::string_view meaning) {
  if (!value) return {id, State::Unknown, fmt::format("/proc/sys/kernel/{} cannot be read", id)};
  return {id, state, fmt::format("{}{}", *value, meaning)};
}

std::string megabytes(uint64_t bytes) { return fmt::format("{} MB", bytes >> 20); }

Check memory_check(const Machine& machine, uint64_t buffer_bytes) {
  std::optional<uint64_t> most = machine.memory_available;
  if (machine.memory_limit && (!most || *machine.memory_limit < *most)) most = machine.memory_limit;
  if (!most) return {"memory", State::Unknown, "/proc/meminfo cannot be read"};
  std::string found = megabytes(*most) + " available";
  if (machine.memory_limit)
    found +=
        fmt::format(", the limit of the control group is {}", megabytes(*machine.memory_limit));
  if (buffer_bytes == 0) return {"memory", State::Ok, found};
  found += fmt::format("; the ring buffers take {}", megabytes(buffer_bytes));
  return {"memory", buffer_bytes > *most / 2 ? State::Warning : State::Ok, found};
}

}  // namespace

std::optional<uint64_t> memory_in(std::string_view meminfo, std::string_view name) {
  const std::string key = fmt::format("{}:", name);
  const size_t at = meminfo.find(key);
  if (at == std::string_view::npos || (at != 0 && meminfo[at - 1] != '\n')) return std::nullopt;
  meminfo.remove_prefix(at + key.size());
  meminfo.remove_prefix(std::min(meminfo.size(), meminfo.find_first_not_of(' ')));
  uint64_t kilobytes = 0;
  if (std::from_chars(meminfo.begin(), meminfo.end(), kilobytes).ec != std::errc())
    return std::nullopt;
  return kilobytes << 10;
}

Machine look_at_machine() {
  Machine machine;
  machine.own = kernel::own_privileges();
  machine.is_root = ::geteuid() == 0;
  machine.has_proc = kernel::has_proc();
  const std::string status = read_file("/proc/self/status").value_or("");
  machine.has_seccomp = status.find("\nSeccomp:\t2\n") != std::string::npos;
  machine.has_own_pid_namespace = has_own_pid_namespace();
  machine.shows_addresses = shows_addresses();
  machine.ftrace = kernel::ftrace_switch();
  machine.kprobes = kernel::read_switch(kernel::open_kprobe_switch());
  rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) machine.open_files = limit.rlim_max;
  machine.memory_available = memory_in(read_file("/proc/meminfo").value_or(""), "MemAvailable");
  machine.memory_limit = number_in_file("/sys/fs/cgroup/memory.max");  // "max" is no number
  return machine;
}

Group check_rights(const Machine& machine) {
  Group group = {"Rights", "rights", {}};
  for (const Capability& capability : kCapabilities)
    group.checks.push_back(check_of(machine, capability));
  if (!machine.has_proc) {
    for (const char* id : {"user namespace", "PID namespace", "seccomp"})
      group.checks.push_back({id, State::Unknown, kernel::kNoProc});
    return group;
  }
  if (machine.own.is_in_user_namespace)
    group.checks.push_back({"user namespace", State::Failed,
                            "this process is in one, and its capabilities do not count"});
  else
    group.checks.push_back({"user namespace", State::Ok, "the initial one"});
  group.checks.push_back(
      {"PID namespace", State::Ok,
       machine.has_own_pid_namespace ? "its own, as in a container" : "the initial one"});
  group.checks.push_back(
      {"seccomp", State::Ok,
       machine.has_seccomp ? "system calls are filtered, as in a container" : "no filter"});
  return group;
}

Group check_settings(const Machine& machine, uint64_t buffer_bytes) {
  const kernel::Privileges& own = machine.own;
  Group group = {"Settings and limits", "settings", {}};
  const auto add = [&](Check check) { group.checks.push_back(std::move(check)); };
  add(own.lockdown == "confidentiality"
          ? Check{"lockdown", State::Failed,
                  "confidentiality: programs may not read the kernel's memory"}
          : Check{"lockdown", State::Ok, own.lockdown.empty() ? "none, or hidden" : own.lockdown});
  if (!machine.has_proc) add({"/proc", State::Failed, kernel::kNoProc});
  add(sysctl_check("kptr_restrict", own.kptr_restrict,
                   own.hides_addresses() ? State::Failed : State::Ok,
                   machine.shows_addresses ? "; addresses are shown" : "; addresses are hidden"));
  const bool is_in_the_way = own.is_paranoid() && !own.has(CAP_SYS_ADMIN);
  add(sysctl_check("perf_event_paranoid", own.perf_event_paranoid,
                   is_in_the_way ? State::Warning : State::Ok,
                   is_in_the_way ? ": the backend kprobe needs CAP_SYS_ADMIN" : ""));
  add(switch_check("ftrace", machine.ftrace, State::Failed));
  add(switch_check("kprobes", machine.kprobes, State::Warning));
  if (own.memlock_bytes == RLIM_INFINITY)
    add({"memlock", State::Ok, "no limit"});
  else
    add({"memlock", is_memlock_short(own) ? State::Failed : State::Ok,
         fmt::format("{} KiB{}", own.memlock_bytes >> 10,
                     own.counts_memlock ? "" : "; this kernel does not count maps")});
  constexpr uint64_t kFewFiles = 4096;  // two for each function without kprobe-multi and tracefs
  add({"open files", machine.open_files < kFewFiles ? State::Warning : State::Ok,
       machine.open_files == RLIM_INFINITY ? "no limit"
                                           : fmt::format("up to {}", machine.open_files)});
  add(memory_check(machine, buffer_bytes));
  return group;
}

std::vector<std::string> lost_without(const Machine& machine) {
  std::vector<std::string> lost;
  for (const Capability& capability : kCapabilities)
    if (capability.need == Need::Some && !has(machine.own, capability))
      lost.push_back(fmt::format("without {}: {}", capability.name, capability.purpose));
  return lost;
}

}  // namespace pwru::doctor
