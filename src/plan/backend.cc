// SPDX-License-Identifier: Apache-2.0
#include "plan/backend.h"

#include <fmt/core.h>

namespace pwru::plan {
namespace {

constexpr const char* kKprobesOff =
    "attach kprobes: they are switched off on this machine, so that none would be hit; run "
    "echo 1 > /sys/kernel/debug/kprobes/enabled, or use --backend kprobe-multi where the kernel "
    "has it";

tl::unexpected<Error> no_kprobe(const kernel::Features& features) {
  return fail(features.why_no_kprobe.empty()
                  ? "use the backend kprobe: this kernel has none (CONFIG_KPROBE_EVENTS)"
                  : features.why_no_kprobe,
              ExitCode::NotSupported, features.no_kprobe_code);
}

}  // namespace

Result<cli::Backend> choose_backend(std::optional<cli::Backend> wanted,
                                    const kernel::Features& features,
                                    std::vector<std::string>& warnings) {
  if (wanted == cli::Backend::KprobeMulti && !features.has_kprobe_multi)
    return fail(
        "use the backend kprobe-multi: this kernel has none (Linux 5.18 with CONFIG_FPROBE); "
        "try --backend kprobe",
        ExitCode::NotSupported);
  if (wanted != cli::Backend::Kprobe && features.has_kprobe_multi) return cli::Backend::KprobeMulti;
  if (!features.has_kprobe) return no_kprobe(features);
  if (features.kprobe_switch == kernel::Switch::Off)
    return fail(kKprobesOff, ExitCode::NotSupported);
  if (!features.is_kprobe_hit)
    warnings.push_back(fmt::format(
        "a kprobe was passed and not hit, so that nothing may be seen: kprobes may be {}",
        kSwitchedOff));
  return cli::Backend::Kprobe;
}

}  // namespace pwru::plan
