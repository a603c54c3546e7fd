// SPDX-License-Identifier: Apache-2.0
#include "plan/backend.h"

#include <fmt/core.h>

#include "cli/together.h"

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

Result<cli::Backend> take_tracepoints(const cli::Options& options, const kernel::Features& features,
                                      std::vector<std::string>& warnings) {
  if (options.backend) return cli::Backend::Tracepoint;
  if (const auto option = cli::option_about_functions(options); !option.empty())
    return fail(fmt::format("{}: it is about functions, and there is no probe for them: {}", option,
                            features.why_no_kprobe),
                ExitCode::NotSupported);
  warnings.push_back(fmt::format("{}; only tracepoints are traced instead (--backend tracepoint)",
                                 features.why_no_kprobe));
  return cli::Backend::Tracepoint;
}

// What programs at trampolines cannot do of what is asked for; "" for nothing.
std::string_view asks_for_registers(const cli::Options& options) {
  if (options.output_stack) return "--output-stack";
  if (options.output_caller) return "--output-caller";
  if (cli::follows_by_stack(options)) return "a packet that is followed by its call stack";
  if (options.output_bpfmap) return "--output-bpfmap";
  if (options.on.any()) return "--on";
  // The kernel knows a function by its id in the kernel's own BTF. A file may number it otherwise.
  if (!options.kernel_btf.empty()) return "--kernel-btf";
  return "";
}

// What fentry-multi cannot do of what is asked for; "" for nothing.
std::string_view beyond_fentry_multi(const cli::Options& options, bool has_drop_reasons) {
  if (const std::string_view reason = asks_for_registers(options); !reason.empty()) return reason;
  if (!has_drop_reasons) return "a kernel without drop reasons";
  // Their programs use the ring that those of fentry-multi have for themselves.
  if (options.filter_trace_tc) return "--filter-trace-tc";
  if (options.filter_trace_xdp) return "--filter-trace-xdp";
  return "";
}

Result<cli::Backend> choose_fentry_multi(const cli::Options& options, bool has_drop_reasons,
                                         const kernel::Features& features,
                                         std::vector<std::string>& warnings) {
  if (!features.has_fentry_multi)
    return fail(
        "use the backend fentry-multi: this kernel has none (Linux 7.2 on x86-64); try --backend "
        "kprobe-multi",
        ExitCode::NotSupported);
  // A kernel that has fentry-multi has the cast. It may have refused the programs that use it.
  const std::string_view reason = features.rdonly_cast_id
                                      ? beyond_fentry_multi(options, has_drop_reasons)
                                      : "a trace without plain loads";
  if (reason.empty()) return cli::Backend::FentryMulti;
  warnings.push_back(
      fmt::format("{} cannot be had with fentry-multi: kprobe-multi is used", reason));
  return cli::Backend::KprobeMulti;
}

Result<cli::Backend> choose_kprobe(const kernel::Features& features,
                                   std::vector<std::string>& warnings) {
  if (!features.has_kprobe) return no_kprobe(features);
  if (features.kprobe_switch == kernel::Switch::Off)
    return fail(kKprobesOff, ExitCode::NotSupported);
  if (!features.is_kprobe_hit)
    warnings.push_back(fmt::format(
        "a kprobe was passed and not hit, so that nothing may be seen: kprobes may be {}",
        kSwitchedOff));
  return cli::Backend::Kprobe;
}

// Kprobes must be there, for what fentry cannot have.
Result<cli::Backend> choose_fentry(const cli::Options& options, const kernel::Features& features,
                                   std::vector<std::string>& warnings) {
  if (!features.has_fexit)
    return fail(
        "use the backend fentry: this kernel refuses fentry programs (they need BTF and the BPF "
        "trampoline of Linux 5.5); try --backend kprobe",
        ExitCode::NotSupported);
  PWRU_ASSIGN(const cli::Backend kprobe, choose_kprobe(features, warnings));
  const std::string_view reason = asks_for_registers(options);
  if (reason.empty()) return cli::Backend::Fentry;
  warnings.push_back(fmt::format("{} cannot be had with fentry: kprobe is used", reason));
  return kprobe;
}

}  // namespace

bool takes_tracepoints(const cli::Options& options, const kernel::Features& features) {
  if (options.backend) return options.backend == cli::Backend::Tracepoint;
  return features.is_without_kprobes && !features.has_kprobe_multi && !features.has_kprobe;
}

Result<cli::Backend> choose_backend(const cli::Options& options, bool has_drop_reasons,
                                    const kernel::Features& features,
                                    std::vector<std::string>& warnings) {
  if (takes_tracepoints(options, features)) return take_tracepoints(options, features, warnings);
  const std::optional<cli::Backend> wanted = options.backend;
  if (wanted == cli::Backend::FentryMulti)
    return choose_fentry_multi(options, has_drop_reasons, features, warnings);
  if (wanted == cli::Backend::Fentry) return choose_fentry(options, features, warnings);
  if (wanted == cli::Backend::KprobeMulti && !features.has_kprobe_multi)
    return fail(
        "use the backend kprobe-multi: this kernel has none (Linux 5.18 with CONFIG_FPROBE); "
        "try --backend kprobe",
        ExitCode::NotSupported);
  if (wanted != cli::Backend::Kprobe && features.has_kprobe_multi) return cli::Backend::KprobeMulti;
  return choose_kprobe(features, warnings);
}

}  // namespace pwru::plan
