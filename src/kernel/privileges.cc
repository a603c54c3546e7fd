// SPDX-License-Identifier: Apache-2.0
#include "kernel/privileges.h"

#include <fmt/core.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <vector>

#include "base/file.h"
#include "base/process.h"

namespace pwru::kernel {
namespace {

constexpr const char* kWholeNamespace = "         0          0 4294967295\n";

std::optional<int> number_in(const std::string& path) {
  const auto text = read_file(path);
  int value = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc())
    return std::nullopt;
  return value;
}

bool is_before(int major, int minor) {
  utsname name = {};
  int has_major = 0, has_minor = 0;
  if (::uname(&name) != 0 || std::sscanf(name.release, "%d.%d", &has_major, &has_minor) != 2)
    return false;
  return has_major < major || (has_major == major && has_minor < minor);
}

// "a", "a and b", "a, b and c"
std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (size_t i = 0; i < parts.size(); i++) {
    if (i) text += i + 1 == parts.size() ? " and " : ", ";
    text += parts[i];
  }
  return text;
}

// The same rule as kallsyms_show_value() and kallsyms_for_perf() of the kernel.
bool shows_addresses(const Privileges& own) {
  const int restrict = own.kptr_restrict.value_or(0);
  if (restrict == 0 && own.perf_event_paranoid.value_or(0) <= 1) return true;
  return restrict <= 1 && own.has(CAP_SYSLOG);
}

std::vector<std::string> missing_capabilities(const Privileges& own, const WantedFeatures& wanted) {
  std::vector<std::string> missing;
  const bool is_admin = own.has(CAP_SYS_ADMIN);
  if (!own.knows_cap_bpf && !is_admin) {
    missing.emplace_back("CAP_SYS_ADMIN (to load programs into the kernel, before Linux 5.8)");
  } else {
    if (!is_admin && !own.has(CAP_BPF))
      missing.emplace_back("CAP_BPF (to load programs into the kernel)");
    if (!is_admin && !own.has(CAP_PERFMON))
      missing.emplace_back("CAP_PERFMON (to attach programs to functions)");
  }
  if (!own.has(CAP_SYSLOG) && !shows_addresses(own))
    missing.emplace_back("CAP_SYSLOG (to see the addresses of functions)");
  if (own.counts_memlock && own.memlock_bytes != RLIM_INFINITY && !own.has(CAP_SYS_RESOURCE))
    missing.push_back(
        fmt::format("CAP_SYS_RESOURCE (to lock more than {} KiB of memory; or raise ulimit -l)",
                    own.memlock_bytes >> 10));
  if (is_admin) return missing;
  if (!wanted.finds_objects.empty())
    missing.push_back(fmt::format("CAP_SYS_ADMIN ({}: to find the BPF programs and maps of others)",
                                  wanted.finds_objects));
  if (!wanted.enters_netns.empty())
    missing.push_back(
        fmt::format("CAP_SYS_ADMIN ({}: to enter a network namespace; for one named "
                    "/proc/PID/ns/net CAP_SYS_PTRACE too)",
                    wanted.enters_netns));
  return missing;
}

std::vector<std::string> obstacles(const Privileges& own, const WantedFeatures& wanted) {
  std::vector<std::string> found;
  if (own.lockdown == "confidentiality")
    found.emplace_back(
        "the kernel is locked down (confidentiality), which forbids tracing; see "
        "kernel_lockdown(7)");
  if (own.hides_addresses())
    found.push_back(
        fmt::format("kernel.kptr_restrict is {}, which hides addresses from everybody "
                    "(sysctl kernel.kptr_restrict=1)",
                    *own.kptr_restrict));
  if (wanted.attaches_kprobes && own.is_paranoid() && !own.has(CAP_SYS_ADMIN))
    found.push_back(fmt::format(
        "kernel.perf_event_paranoid is {}, so the backend kprobe needs CAP_SYS_ADMIN (or "
        "sysctl kernel.perf_event_paranoid=2)",
        *own.perf_event_paranoid));
  if (own.is_in_user_namespace)
    found.emplace_back(
        "this process is in a user namespace, whose capabilities do not count for tracing; run it "
        "outside");
  return found;
}

}  // namespace

std::string lockdown_of(std::string_view text) {
  const size_t begin = text.find('[');
  const size_t end = text.find(']');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return "";
  return std::string(text.substr(begin + 1, end - begin - 1));
}

std::string lockdown_mode() {
  const auto text = read_file("/sys/kernel/security/lockdown");
  return text ? lockdown_of(*text) : "";
}

Privileges own_privileges() {
  Privileges own;
  own.capabilities = effective_capabilities();
  own.knows_cap_bpf = number_in("/proc/sys/kernel/cap_last_cap").value_or(CAP_BPF) >= CAP_BPF;
  own.counts_memlock = is_before(5, 11);
  rlimit limit = {};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) == 0) own.memlock_bytes = limit.rlim_cur;
  const auto map = read_file("/proc/self/uid_map");
  own.is_in_user_namespace = map && *map != kWholeNamespace;
  own.kptr_restrict = number_in("/proc/sys/kernel/kptr_restrict");
  own.perf_event_paranoid = number_in("/proc/sys/kernel/perf_event_paranoid");
  own.lockdown = lockdown_mode();
  return own;
}

std::string what_is_missing(const Privileges& own, const WantedFeatures& wanted) {
  const std::vector<std::string> missing = missing_capabilities(own, wanted);
  const std::vector<std::string> in_the_way = obstacles(own, wanted);
  std::string text;
  if (!missing.empty())
    text += fmt::format(
        "; this process lacks {}, which root has, except in a container that takes them away",
        join(missing));
  if (!in_the_way.empty()) text += "; " + join(in_the_way);
  if (text.empty())
    text =
        "; this process has all capabilities that are needed, so a security module or a seccomp "
        "filter, such as that of a container, forbids it";
  return text;
}

}  // namespace pwru::kernel
