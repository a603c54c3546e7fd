// SPDX-License-Identifier: Apache-2.0
#include "probe/hit_check.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/clock.h"
#include "base/handle.h"
#include "base/log.h"
#include "kernel/own_datagram.h"

namespace pwru::probe {
namespace {

// The events of the trial are known by it and by their time, not by the number of the process,
// which is another one in a container.
constexpr const char* kTrialName = "pwru-trial";
constexpr int kTries = 3;

// Nothing where the kernel does not tell.
std::optional<uint64_t> runs_of(const bpf_program* program) {
  bpf_prog_info info = {};
  uint32_t size = sizeof(info);
  if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) != 0) return std::nullopt;
  return info.run_cnt;
}

// Either program of a group, as the kernel may have refused the function to one.
bool has_not_run(const MustBeHit& expected) {
  const Group& group = *expected.group;
  const auto runs = runs_of(group.program);
  if (!runs || *runs > 0) return false;
  return !group.instead || runs_of(group.instead).value_or(1) == 0;
}

// A static function may share the name.
bool has_one_site(const Group& group, std::string_view function) {
  return std::ranges::count_if(group.sites, [&](const kernel::Site& site) {
           return site.name == function && site.module.empty();
         }) == 1;
}

}  // namespace

std::vector<MustBeHit> must_be_hit(const Plan& plan) {
  std::vector<MustBeHit> expected;
  for (const Group& group : plan.groups) {
    if (group.is_return) continue;
    for (const std::string_view function : kernel::kOwnDatagramFunctions) {
      if (!has_one_site(group, function)) continue;
      expected.push_back({&group, function});
      break;
    }
  }
  return expected;
}

bool TrialEvents::has(const event::Event& event) const {
  if (event.ts_ns < since_ns || event.ts_ns > until_ns || event.comm != kTrialName) return false;
  // An interrupt handles packets of the network in the name of the task that it interrupts.
  return event.proto == 0 && event.ifindex == 0;
}

TrialEvents try_hits(const Plan& plan) {
  std::vector<MustBeHit> unhit = must_be_hit(plan);
  if (unhit.empty()) return {};
  const UniqueFd counts_runs(bpf_enable_stats(BPF_STATS_RUN_TIME));
  if (!counts_runs) return {};
  std::array<char, 16> name = {};
  ::prctl(PR_GET_NAME, name.data());
  ::prctl(PR_SET_NAME, kTrialName);
  TrialEvents trial = {monotonic_ns(), 0};
  bool has_passed = false;
  for (int i = 0; i < kTries && !unhit.empty(); i++) {
    has_passed = kernel::pass_own_datagram();
    std::erase_if(unhit, [](const MustBeHit& expected) { return !has_not_run(expected); });
  }
  trial.until_ns = monotonic_ns();
  ::prctl(PR_SET_NAME, name.data());
  if (!has_passed) return trial;
  for (const MustBeHit& silent : unhit)
    log_warn(
        "{} was called and its probe was not hit: what this kernel does in it and {} more "
        "functions is not shown; try another --backend",
        silent.function, silent.group->sites.size() - 1);
  return trial;
}

}  // namespace pwru::probe
