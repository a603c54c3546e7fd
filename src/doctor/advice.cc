// SPDX-License-Identifier: Apache-2.0
#include "doctor/advice.h"

#include <fmt/core.h>
#include <linux/capability.h>

#include <algorithm>

#include "kernel/proc/mounted.h"

namespace pwru::doctor {
namespace {

const Check* find_check(const Report& report, std::string_view id) {
  for (const Group& group : report.groups)
    for (const Check& check : group.checks)
      if (check.id == id) return &check;
  return nullptr;
}

bool is_ok(const Report& report, std::string_view id) {
  const Check* check = find_check(report, id);
  return check && check->state == State::Ok;
}

bool lacks_rights(const Report& report) {
  return std::ranges::any_of(report.groups, [](const Group& group) {
    return group.id == "rights" && std::ranges::any_of(group.checks, [](const Check& check) {
             return check.state == State::Failed && check.id.starts_with("CAP_");
           });
  });
}

void add_rights(const Machine& machine, const Report& report, std::vector<std::string>& commands) {
  if (machine.own.is_in_user_namespace) {
    commands.emplace_back(
        "sudo pwru doctor  # on the host: rights in a user namespace (a rootless container) do not "
        "count");
    return;
  }
  if (!lacks_rights(report)) return;
  if (!machine.is_root)
    commands.emplace_back("sudo pwru doctor");
  else
    commands.emplace_back(
        "docker run --cap-add BPF --cap-add PERFMON --cap-add SYSLOG ...  # root without its "
        "rights "
        "is mostly in a container");
}

// What would keep another hook from working, and did not keep the trial from it, is no failure.
void soften(Report& report) {
  for (Group& group : report.groups)
    for (Check& check : group.checks)
      if (check.state == State::Failed) check.state = State::Warning;
}

std::vector<std::string> commands_for(const Machine& machine, const Trial& trial,
                                      const Report& report) {
  std::vector<std::string> commands;
  if (!machine.has_proc)
    commands.push_back(fmt::format("{}  # where pwru reads about the kernel", kernel::kMountProc));
  add_rights(machine, report, commands);
  const kernel::Privileges& own = machine.own;
  if (own.hides_addresses())
    commands.emplace_back("sysctl kernel.kptr_restrict=1  # shows the addresses of functions");
  if (machine.ftrace == kernel::Switch::Off)
    commands.emplace_back("sysctl kernel.ftrace_enabled=1  # probes are hit again");
  if (machine.kprobes == kernel::Switch::Off)
    commands.emplace_back("echo 1 > /sys/kernel/debug/kprobes/enabled  # kprobes are hit again");
  if (own.lockdown == "confidentiality")
    commands.emplace_back(
        "lockdown=integrity  # on the kernel's command line, instead of confidentiality; see "
        "kernel_lockdown(7)");
  if (own.is_paranoid() && !own.has(CAP_SYS_ADMIN) && !trial.hook.ends_with("-multi"))
    commands.emplace_back("sysctl kernel.perf_event_paranoid=2  # kprobes without CAP_SYS_ADMIN");
  const Check* memlock = find_check(report, "memlock");
  if (memlock && memlock->state != State::Ok)
    commands.emplace_back("ulimit -l unlimited  # maps are locked memory before Linux 5.11");
  const Check* btf = find_check(report, "BTF");
  if (btf && btf->state == State::Failed)
    commands.emplace_back(
        "pwru --kernel-btf FILE  # where this kernel has no BTF of its own "
        "(CONFIG_DEBUG_INFO_BTF)");
  if (trial.error && machine.has_seccomp && commands.empty())
    commands.emplace_back(
        "docker run --security-opt seccomp=unconfined ...  # a filter may forbid bpf(2) and "
        "perf_event_open(2)");
  return commands;
}

}  // namespace

void conclude(const Machine& machine, const Trial& trial, Report& report) {
  report.can_trace = !trial.error;
  if (trial.error) {
    report.why_not = trial.error->what;
  } else {
    soften(report);
    report.used = {
        fmt::format("{} at {} {}; left out: {}", trial.hook, trial.sites, trial.kind,
                    trial.left_out),
        trial.uses_cast ? "plain loads, which cost least, to read packets"
                        : "copies to read packets",
        fmt::format("{} MB of memory for events: {}", trial.buffer_bytes >> 20, trial.events),
    };
    if (!trial.held.empty()) report.used.push_back(trial.held);
    report.used.push_back(
        trial.is_hit
            ? fmt::format("tried: {} was probed, and a packet was seen there", trial.tried)
            : fmt::format("tried: {} was probed, and no packet was seen there", trial.tried));
  }
  std::vector<std::string>& lost = report.will_not_work;
  lost = trial.warnings;
  for (std::string& item : lost_without(machine)) lost.push_back(std::move(item));
  if (!is_ok(report, "fexit") && find_check(report, "fexit") && !trial.error)
    lost.emplace_back(
        "without fexit: --filter-trace-tc, --filter-trace-xdp; clones and copies of a packet with "
        "--filter-track-skb");
  for (const std::string_view id : {"module BTF", "drop reasons"})
    if (const Check* check = find_check(report, id); check && check->state != State::Ok)
      lost.push_back(fmt::format("{}: {}", id, check->found));
  report.to_change = commands_for(machine, trial, report);
}

}  // namespace pwru::doctor
