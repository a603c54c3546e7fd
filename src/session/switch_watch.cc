// SPDX-License-Identifier: Apache-2.0
#include "session/switch_watch.h"

#include <utility>

#include "base/log.h"
#include "kernel/switches.h"
#include "plan/backend.h"

namespace pwru {
namespace {

constexpr uint64_t kPauseNs = 1'000'000'000;
constexpr const char* kFtraceOff = "switched off (sysctl kernel.ftrace_enabled=1 switches it on)";

}  // namespace

SwitchWatch::SwitchWatch(cli::Backend backend)
    : SwitchWatch(cli::uses_kprobe_multi(backend) ? kernel::open_ftrace_switch() : UniqueFd(),
                  cli::uses_kprobes(backend) ? kernel::open_kprobe_switch() : UniqueFd()) {}

SwitchWatch::SwitchWatch(UniqueFd ftrace, UniqueFd kprobes)
    : ftrace_{std::move(ftrace)}, kprobes_{std::move(kprobes)} {}

bool SwitchWatch::Watched::goes_off() {
  if (was_off || kernel::read_switch(file) != kernel::Switch::Off) return false;
  was_off = true;
  return true;
}

void SwitchWatch::look(uint64_t now_ns) {
  if (now_ns < next_look_ns_) return;
  next_look_ns_ = now_ns + kPauseNs;
  if (ftrace_.goes_off()) log_warn("events are missing from now on: ftrace was {}", kFtraceOff);
  if (kprobes_.goes_off())
    log_warn("events are missing from now on: kprobes were {}", plan::kSwitchedOff);
}

void SwitchWatch::finish() {
  ftrace_.goes_off();
  kprobes_.goes_off();
  if (ftrace_.was_off)
    log_warn("events are missing: while pwru listened ftrace was {}", kFtraceOff);
  if (kprobes_.was_off)
    log_warn("events are missing: while pwru listened kprobes were {}", plan::kSwitchedOff);
}

}  // namespace pwru
