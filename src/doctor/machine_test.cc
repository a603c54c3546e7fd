// SPDX-License-Identifier: Apache-2.0
#include "doctor/machine.h"

#include <gtest/gtest.h>
#include <linux/capability.h>

#include "doctor/advice.h"
#include "doctor/others.h"

namespace pwru::doctor {
namespace {

uint64_t bit(int capability) { return uint64_t{1} << capability; }

// A machine that lets pwru trace: all rights, no setting in the way.
Machine good() {
  Machine machine;
  machine.own.capabilities = ~uint64_t{0};
  machine.own.kptr_restrict = 1;
  machine.own.perf_event_paranoid = 3;
  machine.is_root = true;
  machine.shows_addresses = true;
  machine.ftrace = machine.kprobes = kernel::Switch::On;
  machine.open_files = 1 << 20;
  machine.memory_available = uint64_t{4} << 30;
  return machine;
}

Report report_of(const Machine& machine, const Trial& trial) {
  Report report;
  report.groups = {check_rights(machine), check_settings(machine, trial.buffer_bytes)};
  conclude(machine, trial, report);
  return report;
}

Trial success() {
  Trial trial;
  trial.hook = "kprobe-multi";
  trial.tried = "consume_skb";
  trial.is_hit = true;
  trial.events = "perf buffers, one a CPU";
  return trial;
}

Trial failure() {
  Trial trial;
  trial.error = Error{"load a BPF program: Operation not permitted"};
  return trial;
}

State state_of(const Report& report, std::string_view id) {
  for (const Group& group : report.groups)
    for (const Check& check : group.checks)
      if (check.id == id) return check.state;
  ADD_FAILURE() << "no check " << id;
  return State::Unknown;
}

bool advises(const Report& report, std::string_view start) {
  for (const std::string& command : report.to_change)
    if (command.starts_with(start)) return true;
  return false;
}

TEST(Machine, WithAllRightsLacksNothing) {
  const Report report = report_of(good(), success());
  EXPECT_TRUE(report.can_trace);
  EXPECT_TRUE(report.to_change.empty());
  EXPECT_TRUE(report.will_not_work.empty());
  for (const Group& group : report.groups)
    for (const Check& check : group.checks) EXPECT_EQ(check.state, State::Ok) << check.id;
}

TEST(Machine, SaysWhatCannotBeReadWithoutProc) {
  Machine machine = good();
  machine.has_proc = false;
  machine.own.kptr_restrict = machine.own.perf_event_paranoid = std::nullopt;
  const Report report = report_of(machine, failure());
  EXPECT_EQ(state_of(report, "/proc"), State::Failed);
  for (const char* id :
       {"kptr_restrict", "perf_event_paranoid", "user namespace", "PID namespace", "seccomp"})
    EXPECT_EQ(state_of(report, id), State::Unknown) << id;
  EXPECT_TRUE(advises(report, "mount -t proc proc /proc"));
}

TEST(Machine, NamesEachCapabilityThatIsMissing) {
  Machine machine = good();
  machine.own.capabilities = bit(CAP_BPF) | bit(CAP_SYSLOG);
  const Report report = report_of(machine, failure());
  EXPECT_FALSE(report.can_trace);
  EXPECT_EQ(state_of(report, "CAP_BPF"), State::Ok);
  EXPECT_EQ(state_of(report, "CAP_PERFMON"), State::Failed);
  EXPECT_EQ(state_of(report, "CAP_SYS_ADMIN"), State::Warning);
  EXPECT_EQ(state_of(report, "CAP_NET_ADMIN"), State::Absent);
  EXPECT_TRUE(advises(report, "docker run --cap-add BPF"));
  machine.is_root = false;
  EXPECT_TRUE(advises(report_of(machine, failure()), "sudo pwru doctor"));
}

TEST(Machine, SysAdminIncludesBpfAndPerfmon) {
  Machine machine = good();
  machine.own.capabilities = bit(CAP_SYS_ADMIN);
  const Report report = report_of(machine, success());
  EXPECT_EQ(state_of(report, "CAP_BPF"), State::Ok);
  EXPECT_EQ(state_of(report, "CAP_PERFMON"), State::Ok);
}

TEST(Machine, LocksMemoryOnlyBeforeLinux511) {
  Machine machine = good();
  machine.own.capabilities &= ~bit(CAP_SYS_RESOURCE);
  machine.own.memlock_bytes = 64 << 10;
  EXPECT_EQ(state_of(report_of(machine, success()), "memlock"), State::Ok);
  EXPECT_EQ(state_of(report_of(machine, success()), "CAP_SYS_RESOURCE"), State::Absent);
  machine.own.counts_memlock = true;
  EXPECT_EQ(state_of(report_of(machine, failure()), "memlock"), State::Failed);
  EXPECT_TRUE(advises(report_of(machine, failure()), "ulimit -l"));
}

TEST(Machine, EachSettingHasACommand) {
  Machine machine = good();
  machine.own.kptr_restrict = 2;
  machine.ftrace = machine.kprobes = kernel::Switch::Off;
  machine.own.lockdown = "confidentiality";
  const Report report = report_of(machine, failure());
  for (const char* command : {"sysctl kernel.kptr_restrict=1", "sysctl kernel.ftrace_enabled=1",
                              "echo 1 > /sys/kernel/debug/kprobes/enabled", "lockdown=integrity"})
    EXPECT_TRUE(advises(report, command)) << command;
  machine = good();
  machine.own.capabilities &= ~bit(CAP_SYS_ADMIN);
  EXPECT_FALSE(advises(report_of(machine, success()), "sysctl kernel.perf_event_paranoid"));
  EXPECT_TRUE(advises(report_of(machine, failure()), "sysctl kernel.perf_event_paranoid=2"));
}

// Another hook may work where kprobes do not.
TEST(Machine, NothingHasFailedWhereATraceWorks) {
  Machine machine = good();
  machine.ftrace = kernel::Switch::Off;
  EXPECT_EQ(state_of(report_of(machine, failure()), "ftrace"), State::Failed);
  EXPECT_EQ(state_of(report_of(machine, success()), "ftrace"), State::Warning);
}

TEST(Machine, AFilterOfSystemCallsIsSuspectedLast) {
  Machine machine = good();
  machine.has_seccomp = true;
  EXPECT_TRUE(report_of(machine, success()).to_change.empty());
  EXPECT_TRUE(advises(report_of(machine, failure()), "docker run --security-opt seccomp"));
  machine.own.is_in_user_namespace = true;
  EXPECT_FALSE(advises(report_of(machine, failure()), "docker"));
  EXPECT_TRUE(advises(report_of(machine, failure()), "sudo pwru doctor  # on the host"));
}

TEST(Machine, LittleMemoryIsAWarning) {
  Machine machine = good();
  machine.memory_limit = 64 << 20;
  Trial trial = success();
  trial.buffer_bytes = 60 << 20;
  EXPECT_EQ(state_of(report_of(machine, trial), "memory"), State::Warning);
}

TEST(Machine, MeminfoMayBeAnything) {
  EXPECT_EQ(memory_in("MemTotal:  8 kB\nMemAvailable:   16 kB\n", "MemAvailable"), 16384u);
  EXPECT_EQ(memory_in("XMemAvailable: 1 kB\n", "MemAvailable"), std::nullopt);
  for (const char* text : {"", "MemAvailable:", "MemAvailable:   ", "MemAvailable: x\n"})
    EXPECT_EQ(memory_in(text, "MemAvailable"), std::nullopt) << text;
}

using Names = std::vector<std::string>;

TEST(Others, AreReadFromFilesOfFtrace) {
  EXPECT_EQ(hooked_functions("ip_rcv (1) R I\ttramp: 0xffffffffc0 (x) ->ops\n"
                             "\tdirect(jmp)-->bpf_trampoline\n"
                             "ipt_do_table [ip_tables] (2)\n"),
            (Names{"ip_rcv", "ipt_do_table"}));
  EXPECT_EQ(kprobe_event_names("p:kprobes/a ip_rcv+5\np:kprobes/a ip_output\n"
                               "r64:kprobes/b tcp_v4_rcv\nnonsense\n"),
            (Names{"kprobes/a", "kprobes/b"}));
  EXPECT_TRUE(hooked_functions("").empty());
  EXPECT_TRUE(kprobe_event_names("\n:\n").size() <= 1);
}

}  // namespace
}  // namespace pwru::doctor
