// SPDX-License-Identifier: Apache-2.0
// kprobes as siblings of a few trace events (tracefs, Linux 5.4): one event, one perf descriptor
// and one program for all functions of a group. A perf kprobe for each function would wait for
// grace periods at each one, when it is taken off.
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/file.h"
#include "base/signals.h"
#include "kernel/process_life.h"
#include "kernel/tracefs.h"
#include "probe/attach.h"
#include "probe/event_group.h"
#include "probe/guard.h"
#include "probe/kprobe_pmu.h"
#include "probe/placement.h"

namespace pwru::probe {
namespace {

// A line of kprobe_events; its errno, 0 when the kernel took it.
int write_line(int fd, const std::string& line) {
  return ::write(fd, line.data(), line.size()) < 0 ? errno : 0;
}

class KprobeEvents : public Backend {
 public:
  KprobeEvents(UniqueFd tracefs, UniqueFd events)
      : tracefs_(std::move(tracefs)), events_(std::move(events)) {}

  std::string_view name() const override { return "kprobe"; }

  Result<Attached> attach(const Plan& plan, const OnProgress& on_progress) override {
    for (const Group& group : plan.groups) programs_.emplace_back(bpf_program__name(group.program));
    guard_.emplace(events_.get());
    guard_->hurry(true);
    Attached attached;
    const auto result = attach_groups(plan, on_progress, attached);
    guard_->hurry(false);
    if (!result) return tl::unexpected<Error>(result.error());
    attached.is_interrupted = stop_requested();
    return attached;
  }

  // As siblings of the events that are there: one that is added to an event in use is armed at once
  // (__register_trace_kprobe), and goes with it.
  Result<> attach_more(const Plan& plan, Attached& attached) override {
    const Placement placement(plan);
    guard_->hurry(true);
    Result<> result;
    for (const Group& group : plan.groups) {
      const auto event = std::ranges::find(programs_, bpf_program__name(group.program));
      // An event that has no perf event is not there.
      if (event == programs_.end() ||
          std::ranges::find(attached.programs, group.program) == attached.programs.end()) {
        attached.left_out["their program is attached to nothing"] +=
            static_cast<unsigned>(group.addresses.size());
        continue;
      }
      const auto index = static_cast<size_t>(event - programs_.begin());
      for (const uint64_t address : group.addresses)
        if (result) result = add_probe(index, address, group, placement, attached);
    }
    guard_->hurry(false);
    return result;
  }

  void detach(Attached attached, const OnProgress& on_progress) override {
    guard_->hurry(true);
    size_t done = 0;
    for (BpfLink& link : attached.links) {
      link.reset();
      on_progress(++done);
    }
    guard_.reset();  // removes the events and puts the settings back
  }

  // The profile has every kprobe; a link knows of the first of its siblings only.
  program::MissCounts missed(const Attached& attached) const override {
    const UniqueFd file(::openat(tracefs_.get(), "kprobe_profile", O_RDONLY | O_CLOEXEC));
    const auto text = file ? read_file(path_of_fd(file.get())) : sys_fail("open kprobe_profile");
    if (!text) return attached.missed();
    program::MissCounts counts;
    // "  pwru_1_123_4_0        hits        misses", one line a kprobe; the group is not named.
    const std::string prefix = "  " + group_ + "_";
    for (size_t at = 0; (at = text->find(prefix, at)) != std::string::npos;) {
      at += prefix.size();
      size_t index = 0;
      unsigned long long hits = 0, misses = 0;
      if (std::sscanf(text->c_str() + at, "%zu %llu %llu", &index, &hits, &misses) == 3 && misses &&
          index < programs_.size())
        counts.push_back({programs_[index], misses, 0});
    }
    return counts;
  }

 private:
  Result<> attach_groups(const Plan& plan, const OnProgress& on_progress, Attached& attached) {
    size_t done = 0;
    const Placement placement(plan);
    for (size_t i = 0; i < plan.groups.size(); i++) {
      const size_t before = attached.count;
      for (const uint64_t address : plan.groups[i].addresses) {
        if (stop_requested()) return {};
        PWRU_TRY(add_probe(i, address, plan.groups[i], placement, attached));
        on_progress(++done);
      }
      const size_t wanted = plan.groups[i].addresses.size();
      if (attached.count == before && wanted > 1)
        return fail(fmt::format("attach {} to {} functions: the kernel refused each of them, {}",
                                programs_[i], wanted, attached.left_out.begin()->first));
      if (attached.count != before) PWRU_TRY(enable(i, plan.groups[i].program, attached));
    }
    return {};
  }

  // By address, which spares the kernel a search by name, linear before 6.2. To the kernel,
  // siblings without a symbol are the same probe unless an argument differs
  // (trace_kprobe_has_same_kprobe): so each has a number, which nobody reads.
  Result<> add_probe(size_t index, uint64_t address, const Group& group, const Placement& placement,
                     Attached& attached) {
    int code = 0;
    for (const uint64_t offset : kprobe_offsets(placement.may_stand_behind_site(group, address))) {
      code = write_line(events_.get(),
                        fmt::format("{}:{} {:#x} n=\\{}", group.is_return ? 'r' : 'p',
                                    event_name(group_, index), address + offset, attached.count));
      if (code == 0) {
        attached.count++;
        return {};
      }
      // Its names are ours: another tracer that takes itself for us.
      if (code == EEXIST || !is_about_one_address(code))
        return sys_fail("add a kprobe to kprobe_events", code);
    }
    attached.left_out[refused_reason(code)]++;
    return {};
  }

  // One perf event of the trace event, on any CPU: the program runs on all of them.
  Result<> enable(size_t index, bpf_program* program, Attached& attached) {
    const std::string path = fmt::format("events/{}/id", event_name(group_, index));
    const UniqueFd id_file(::openat(tracefs_.get(), path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!id_file) return sys_fail("open " + path + " in tracefs");
    PWRU_ASSIGN(const std::string id, read_file(path_of_fd(id_file.get())));
    perf_event_attr attr = {};
    attr.size = sizeof(attr);
    attr.type = PERF_TYPE_TRACEPOINT;
    attr.config = std::strtoull(id.c_str(), nullptr, 10);
    UniqueFd event(
        static_cast<int>(::syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC)));
    if (!event) return sys_fail("open the perf event of " + path);
    BpfLink link(bpf_program__attach_perf_event(program, event.get()));
    if (!link) return sys_fail("attach a program to " + path);
    (void)event.release();  // the link owns it now
    attached.add(std::move(link), program);
    return {};
  }

  UniqueFd tracefs_;
  UniqueFd events_;
  const std::string group_ = group_name(kernel::own_process());
  std::vector<std::string> programs_;  // of each event
  std::optional<Guard> guard_;
};

}  // namespace

Result<std::unique_ptr<Backend>> make_kprobe_events() {
  PWRU_ASSIGN(UniqueFd tracefs, kernel::open_tracefs("kprobe_events", O_RDWR | O_APPEND));
  UniqueFd events(::openat(tracefs.get(), "kprobe_events", O_RDWR | O_APPEND | O_CLOEXEC));
  if (!events) return sys_fail("open kprobe_events in tracefs");
  return std::make_unique<KprobeEvents>(std::move(tracefs), std::move(events));
}

void clean_up_after_the_dead() {
  const auto tracefs = kernel::open_tracefs("kprobe_events", O_RDWR | O_APPEND);
  if (!tracefs) return;
  const UniqueFd events(::openat(tracefs->get(), "kprobe_events", O_RDWR | O_APPEND | O_CLOEXEC));
  if (events) Haste(events.get(), kernel::own_process()).clean_up_after_the_dead();
}

}  // namespace pwru::probe
