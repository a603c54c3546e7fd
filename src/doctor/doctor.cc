// SPDX-License-Identifier: Apache-2.0
#include "doctor/doctor.h"

#include "doctor/advice.h"
#include "doctor/hooks.h"
#include "doctor/kernel_checks.h"
#include "doctor/machine.h"
#include "doctor/others.h"
#include "doctor/trial.h"
#include "kernel/features.h"
#include "program/libbpf_log.h"

namespace pwru::doctor {

Report examine(const cli::Options& options) {
  program::capture_libbpf_log(options.debug);
  kernel::raise_memlock_limit();
  Report report;
  const Machine machine = look_at_machine();
  const auto btf = kernel::load_kernel_btf(options.kernel_btf);
  const kernel::Btf* types = btf ? btf->get() : nullptr;
  report.groups.push_back(
      check_kernel(types, btf ? "" : btf.error().what, machine, options.pretend_without));
  report.groups.push_back(check_hooks(types));
  report.groups.push_back(check_rights(machine));
  // Before the trial, whose hook is not one of others.
  Group others = check_others();
  const Trial trial = try_to_trace(options);
  report.groups.push_back(check_settings(machine, trial.buffer_bytes));
  report.groups.push_back(std::move(others));
  conclude(machine, trial, report);
  return report;
}

}  // namespace pwru::doctor
