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
#include "kernel/proc/process_life.h"
#include "kernel/symbols/tracefs.h"
#include "probe/event_group.h"
#include "probe/function_hook.h"
#include "probe/guard.h"
#include "probe/kprobe_pmu.h"
#include "probe/placement.h"

namespace pwru::probe {
namespace {

// A line of kprobe_events; its errno, 0 when the kernel took it.
int write_line(int fd, const std::string& line) {
  return ::write(fd, line.data(), line.size()) < 0 ? errno : 0;
}

class KprobeEvents : public FunctionHook {
 public:
  KprobeEvents(UniqueFd tracefs, UniqueFd events, Plan plan)
      : FunctionHook(std::move(plan)), tracefs_(std::move(tracefs)), events_(std::move(events)) {}

  // The guard goes after the links: it cannot remove an event that is in use.
  ~KprobeEvents() override { links_.clear(); }
  std::string_view name() const override { return "kprobe"; }
  program::MissCounts missed() const override;
  void detach(const OnProgress& on_progress) override;

 private:
  Result<> begin(const Plan& plan) override;
  void finish() override {
    guard_->hurry(false);
    placement_.reset();
  }
  Result<> attach_group(const Group& group, const OnDone& on_done, Attached& attached) override;
  Result<> add_to_group(const Group& group, Attached& attached) override;
  // The errno of the kernel's refusal, 0 when it took the probe.
  Result<int> add_probe(size_t index, const kernel::Site& site, const Group& group);
  Result<> enable(size_t index, bpf_program* program);

  UniqueFd tracefs_;
  UniqueFd events_;
  std::optional<Guard> guard_;
  const std::string group_ = group_name(kernel::own_process());
  std::vector<const bpf_program*> programs_;  // of each event
  std::optional<Placement> placement_;        // of the plan that is being attached
  size_t probes_ = 0;
};

Result<> KprobeEvents::begin(const Plan& plan) {
  placement_.emplace(plan);
  if (!guard_) guard_.emplace(events_.get());
  guard_->hurry(true);
  return {};
}

Result<> KprobeEvents::attach_group(const Group& group, const OnDone& on_done, Attached& attached) {
  const size_t index = programs_.size();
  programs_.push_back(group.program);
  size_t taken = 0, done = 0;
  int refusal = 0;
  for (const kernel::Site& site : group.sites) {
    if (stop_requested()) return {};
    PWRU_ASSIGN(const int code, add_probe(index, site, group));
    if (code == 0) {
      taken++;
    } else {
      attached.left_out[refused_reason(code)]++;
      refusal = code;
    }
    on_done(++done);
  }
  if (taken == 0) return check_refused_group(bpf_program__name(group.program), group, refusal);
  attached.count += taken;
  return enable(index, group.program);
}

// As siblings of the events that are there: one that is added to an event in use is armed at once
// (__register_trace_kprobe), and goes with it.
Result<> KprobeEvents::add_to_group(const Group& group, Attached& attached) {
  const auto event = std::ranges::find(programs_, group.program);
  // An event that has no perf event is not there.
  if (event == programs_.end() ||
      std::ranges::find(links_, group.program, &Link::program) == links_.end()) {
    attached.left_out["their program is attached to nothing"] +=
        static_cast<unsigned>(group.sites.size());
    return {};
  }
  const auto index = static_cast<size_t>(event - programs_.begin());
  for (const kernel::Site& site : group.sites) {
    PWRU_ASSIGN(const int code, add_probe(index, site, group));
    if (code == 0)
      attached.count++;
    else
      attached.left_out[refused_reason(code)]++;
  }
  return {};
}

// Links are closed also when a stop has become urgent meanwhile: the guard cannot remove an event
// that is in use.
void KprobeEvents::detach(const OnProgress& on_progress) {
  guard_->hurry(true);
  size_t done = 0;
  for (Link& link : links_) {
    link.link.reset();
    on_progress(++done, links_.size());
  }
  links_.clear();
  guard_.reset();  // removes the events and puts the settings back
}

// The profile has every kprobe; a link knows of the first of its siblings only.
program::MissCounts KprobeEvents::missed() const {
  const UniqueFd file(::openat(tracefs_.get(), "kprobe_profile", O_RDONLY | O_CLOEXEC));
  const auto text = file ? read_file(path_of_fd(file.get())) : sys_fail("open kprobe_profile");
  if (!text) return missed_by(links_);
  program::MissCounts counts;
  // "  pwru_1_123_4_0        hits        misses", one line a kprobe; the group is not named.
  const std::string prefix = "  " + group_ + "_";
  for (size_t at = 0; (at = text->find(prefix, at)) != std::string::npos;) {
    at += prefix.size();
    size_t index = 0;
    unsigned long long hits = 0, misses = 0;
    if (std::sscanf(text->c_str() + at, "%zu %llu %llu", &index, &hits, &misses) == 3 && misses &&
        index < programs_.size())
      counts.push_back({bpf_program__name(programs_[index]), misses, 0});
  }
  return counts;
}

// By address, which spares the kernel a search by name, linear before 6.2. To the kernel, siblings
// without a symbol are the same probe unless an argument differs (trace_kprobe_has_same_kprobe): so
// each has a number, which nobody reads.
Result<int> KprobeEvents::add_probe(size_t index, const kernel::Site& site, const Group& group) {
  int code = 0;
  for (const uint64_t offset :
       kprobe_offsets(placement_->may_stand_behind_site(group, site.address))) {
    code = write_line(events_.get(),
                      fmt::format("{}:{} {:#x} n=\\{}", group.is_return ? 'r' : 'p',
                                  event_name(group_, index), site.address + offset, probes_));
    if (code == 0) {
      probes_++;
      return 0;
    }
    // Its names are ours: another tracer that takes itself for us.
    if (code == EEXIST || !is_about_one_address(code))
      return sys_fail("add a kprobe to kprobe_events", code);
  }
  return code;
}

// One perf event of the trace event, on any CPU: the program runs on all of them.
Result<> KprobeEvents::enable(size_t index, bpf_program* program) {
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
  links_.push_back({std::move(link), program});
  return {};
}

}  // namespace

Result<std::unique_ptr<FunctionHook>> make_kprobe_events(Plan& plan) {
  PWRU_ASSIGN(UniqueFd tracefs, kernel::open_tracefs("kprobe_events", O_RDWR | O_APPEND));
  UniqueFd events(::openat(tracefs.get(), "kprobe_events", O_RDWR | O_APPEND | O_CLOEXEC));
  if (!events) return sys_fail("open kprobe_events in tracefs");
  return std::make_unique<KprobeEvents>(std::move(tracefs), std::move(events), std::move(plan));
}

void clean_up_after_the_dead() {
  const auto tracefs = kernel::open_tracefs("kprobe_events", O_RDWR | O_APPEND);
  if (!tracefs) return;
  const UniqueFd events(::openat(tracefs->get(), "kprobe_events", O_RDWR | O_APPEND | O_CLOEXEC));
  if (events) Haste(events.get(), kernel::own_process()).clean_up_after_the_dead();
}

}  // namespace pwru::probe
