// SPDX-License-Identifier: Apache-2.0
#include "session/trace_progs.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/progress.h"
#include "base/strings.h"
#include "probe/tail_calls.h"

namespace pwru {
namespace {

void tell_about_tail_calls(const ProgKinds& kinds) {
  constexpr size_t kNamed = 3;
  const std::vector<std::string> names = probe::tail_called_progs(
      [&](program::ProgKind kind) { return kind == program::ProgKind::Tc ? kinds.tc : kinds.xdp; });
  if (names.empty()) return;
  log_info(
      "{} BPF programs are in maps for tail calls ({}): reached by one they cannot be traced, and "
      "the verdict at the caller's exit is theirs",
      names.size(), join(names, ", ", kNamed));
}

}  // namespace

Result<std::unique_ptr<probe::BpfProgs>> prepare_progs(const ProgKinds& kinds,
                                                       const kernel::Features& features,
                                                       const program::TracerSpec& spec,
                                                       const program::Tracer& tracer,
                                                       resolve::Names& names) {
  if (!features.has_fexit) return nullptr;
  std::unique_ptr<program::ProgTemplate> tc, xdp;
  if (kinds.tc) {
    PWRU_ASSIGN(tc, program::ProgTemplate::prepare(spec, tracer, program::ProgKind::Tc));
  }
  if (kinds.xdp) {
    PWRU_ASSIGN(xdp, program::ProgTemplate::prepare(spec, tracer, program::ProgKind::Xdp));
  }
  const auto add_name = [&names](const probe::BpfProg& prog) {
    names.add_bpf_program(prog.ip, probe::traced_name(prog));
  };
  return std::make_unique<probe::BpfProgs>(std::move(tc), std::move(xdp), add_name);
}

void attach_progs(probe::BpfProgs& progs, const ProgKinds& kinds) {
  const auto start = std::chrono::steady_clock::now();
  std::optional<Progress> progress;
  progs.attach_new([&](size_t done, size_t total) {
    if (!progress) progress.emplace("Attaching to BPF programs", total);
    progress->advance_to(done);
  });
  progress.reset();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  log_info("Attached to {} BPF programs in {:.1f} s; left out: {}", progs.count(), took.count(),
           progs.skipped());
  tell_about_tail_calls(kinds);
}

}  // namespace pwru
