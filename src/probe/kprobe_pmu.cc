// SPDX-License-Identifier: Apache-2.0
// One perf event a function, for machines without a tracefs to write to. Without tracefs there can
// be no note of how the settings of probe/haste.h were, so those are left alone.
#include <fmt/core.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>

#include "base/handle.h"
#include "base/signals.h"
#include "kernel/hook_trials.h"
#include "probe/function_hook.h"
#include "probe/kprobe_pmu.h"
#include "probe/placement.h"

namespace pwru::probe {
namespace {

// A kprobe of the perf PMU, by address: so the kernel need not search kallsyms, which takes long
// before 6.2. The kprobe goes with its descriptor, also after SIGKILL.
UniqueFd open_kprobe(uint32_t pmu_type, uint64_t address, bool is_return) {
  perf_event_attr attr = {};
  attr.size = sizeof(attr);
  attr.type = pmu_type;
  attr.config = is_return ? 1 : 0;  // format/retprobe of the PMU
  attr.kprobe_func = 0;
  attr.kprobe_addr = address;
  return UniqueFd(
      static_cast<int>(::syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC)));
}

class KprobePmu : public FunctionHook {
 public:
  KprobePmu(Plan plan, unsigned batch) : FunctionHook(std::move(plan)), batch_(batch) {}

  std::string_view name() const override { return "kprobe"; }

  void detach(const OnProgress& on_progress) override {
    size_t done = 0;
    std::mutex mutex;
    run_batches(links_.size(), [&](size_t index) {
      take_off(links_[index]);
      const std::lock_guard lock(mutex);
      on_progress(++done, links_.size());
      return true;
    });
  }

 private:
  Result<> begin(const Plan& plan) override {
    PWRU_ASSIGN(pmu_type_, kernel::kprobe_pmu_type());
    placement_.emplace(plan);
    return {};
  }

  void finish() override { placement_.reset(); }

  Result<> attach_group(const Group& group, const OnDone& on_done, Attached& attached) override {
    Error error;
    std::mutex mutex;
    bool has_failed = false;
    size_t done = 0, taken = 0;
    int refusal = 0;
    run_batches(group.sites.size(), [&](size_t index) {
      if (stop_requested()) return false;
      auto link = attach_one(group, group.sites[index]);
      const std::lock_guard lock(mutex);
      if (link) {
        links_.push_back({std::move(*link), group.program});
        attached.count++;
        taken++;
      } else if (is_about_one_address(link.error().code)) {
        refusal = link.error().code;
        attached.left_out[refused_reason(refusal)]++;
      } else {
        error = std::move(link.error());
        has_failed = true;
      }
      on_done(++done);
      return !has_failed;
    });
    if (has_failed) return tl::unexpected<Error>(std::move(error));
    if (taken == 0 && refusal != 0)
      return check_refused_group(bpf_program__name(group.program), group, refusal);
    return {};
  }

  // A tracer that listens may open no perf event any more.
  Result<> add_to_group(const Group&, Attached&) override {
    return fail("without tracefs kprobes are attached at the start only", ExitCode::NotSupported);
  }

  [[nodiscard]] UniqueFd open_at_best_offset(const Group& group, uint64_t address) const {
    UniqueFd event;
    for (const uint64_t offset :
         kprobe_offsets(placement_->may_stand_behind_site(group, address))) {
      event = open_kprobe(pmu_type_, address + offset, group.is_return);
      if (event || !is_about_one_address(errno)) break;
    }
    return event;
  }

  [[nodiscard]] Result<BpfLink> attach_one(const Group& group, const kernel::Site& site) const {
    UniqueFd event = open_at_best_offset(group, site.address);
    if (!event) return sys_fail(explain_open(errno));
    BpfLink link(bpf_program__attach_perf_event(group.program, event.get()));
    if (!link) return sys_fail("attach a program to a kprobe");
    (void)event.release();  // the link owns it now
    return link;
  }

  static std::string explain_open(int code) {
    if (code == EMFILE || code == ENFILE)
      return "open a kprobe for each function (--filter-func chooses fewer)";
    return "open a kprobe";
  }

  // Calls work(0) ... work(count - 1), `batch_` in a row from each of several threads, until one
  // answers false.
  template <class Work>
  void run_batches(size_t count, Work work) {
    std::atomic<size_t> next = 0;
    std::atomic<bool> goes_on = true;
    const auto run = [&] {
      while (goes_on) {
        const size_t first = next.fetch_add(batch_);
        if (first >= count) return;
        for (size_t i = first; i < std::min<size_t>(first + batch_, count) && goes_on; i++)
          if (!work(i)) goes_on = false;
      }
    };
    constexpr size_t kMostThreads = 64;
    const size_t wanted = std::min((count + batch_ - 1) / batch_, kMostThreads);
    std::vector<std::jthread> threads;
    for (size_t i = 1; i < wanted; i++) threads.emplace_back(run);
    run();
  }

  unsigned batch_;
  uint32_t pmu_type_ = 0;
  std::optional<Placement> placement_;  // of the plan that is being attached
};

}  // namespace

std::span<const uint64_t> kprobe_offsets(bool may_stand_behind_site) {
  static constexpr std::array<uint64_t, 1> kAtStart = {0};
#if defined(__x86_64__)
  static constexpr std::array<uint64_t, 3> kBehindSite = {5, kernel::kEntryBytes, 0};
  if (may_stand_behind_site) return kBehindSite;
#else
  (void)may_stand_behind_site;
#endif
  return kAtStart;
}

std::unique_ptr<FunctionHook> make_kprobe_pmu(Plan plan, unsigned batch) {
  return std::make_unique<KprobePmu>(std::move(plan), batch);
}

}  // namespace pwru::probe
