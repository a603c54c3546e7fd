// SPDX-License-Identifier: Apache-2.0
// The hook on the machine's own TC and XDP programs, and on those that are loaded while pwru
// listens. Each is traced at its entry and its exit, by a program of ours of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/handle.h"
#include "base/result.h"
#include "kernel/symbols/site.h"
#include "probe/hook.h"
#include "program/misses.h"
#include "program/prog_template.h"

namespace pwru::probe {

// A loaded BPF program, as far as it takes to trace it.
struct BpfProg {
  uint32_t id = 0;
  program::ProgKind kind = program::ProgKind::Tc;
  UniqueFd fd;
  uint32_t function_id = 0;  // of its entry function in its BTF; 0: it has none
  kernel::Site site;         // named by that function, else by the kernel's 15 characters
};

class BpfProgs : public Hook {
 public:
  // Given each program that is traced from now on, before an event of it can come.
  using OnTraced = std::function<void(const kernel::Site&)>;

  // A template that is null: programs of its kind are not wanted.
  BpfProgs(std::unique_ptr<program::ProgTemplate> tc, std::unique_ptr<program::ProgTemplate> xdp,
           OnTraced on_traced, bool names_each = false)
      : tc_(std::move(tc)),
        xdp_(std::move(xdp)),
        on_traced_(std::move(on_traced)),
        names_each_(names_each) {}

  [[nodiscard]] std::string_view name() const override { return "fentry and fexit"; }
  [[nodiscard]] std::string_view sites() const override { return "BPF programs"; }
  // Every program that is loaded. One that cannot be traced is named on stderr and left alone.
  [[nodiscard]] Result<Attached> attach(const OnProgress& on_progress) override;
  // Programs that were loaded since; cheap when there are none.
  void poll() override;
  // Hits of a traced program inside another one's, which the kernel does not run.
  [[nodiscard]] program::MissCounts missed() const override;
  void detach(const OnProgress& on_progress) override;

 private:
  struct Traced {
    program::ProgPair programs;
    UniqueFd entry_link;
    UniqueFd exit_link;
    std::string name;  // as in the events
  };

  [[nodiscard]] std::vector<BpfProg> find_new();
  [[nodiscard]] Result<Traced> trace(const BpfProg& prog) const;
  Attached attach_new(const OnProgress& on_progress);
  [[nodiscard]] const program::ProgTemplate* template_for(program::ProgKind kind) const {
    return kind == program::ProgKind::Tc ? tc_.get() : xdp_.get();
  }

  std::unique_ptr<program::ProgTemplate> tc_;
  std::unique_ptr<program::ProgTemplate> xdp_;
  OnTraced on_traced_;
  bool names_each_;  // each program that is traced is a line on stderr
  std::vector<Traced> traced_;
  uint32_t last_id_ = 0;  // ids only grow: idr_alloc_cyclic() in bpf_prog_alloc_id()
  std::chrono::steady_clock::time_point last_look_;
};

// Nothing for a BPF_PROG_TYPE_* that is not traced.
[[nodiscard]] std::optional<program::ProgKind> kind_of(uint32_t type);
// "tc" or "xdp".
[[nodiscard]] std::string_view name_of(program::ProgKind kind);

}  // namespace pwru::probe
