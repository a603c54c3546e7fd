// SPDX-License-Identifier: Apache-2.0
// The machine's own TC and XDP programs: found, traced on their way in and out, and looked for
// again while pwru listens.
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
#include "program/misses.h"
#include "program/prog_template.h"

namespace pwru::probe {

// A loaded BPF program, as far as it takes to trace it.
struct BpfProg {
  uint32_t id = 0;
  program::ProgKind kind = program::ProgKind::Tc;
  UniqueFd fd;
  std::string name;          // of the entry function in its BTF, else the kernel's 15 characters
  uint32_t function_id = 0;  // of that function in the BTF; 0: it has none
  uint64_t ip = 0;           // where its code is; the id where the kernel does not tell
};

class BpfProgs {
 public:
  // Told the name of each program that is traced from now on.
  using OnTraced = std::function<void(const BpfProg&)>;
  using OnProgress = std::function<void(size_t done, size_t total)>;

  // A template that is null: programs of its kind are not wanted.
  BpfProgs(std::unique_ptr<program::ProgTemplate> tc, std::unique_ptr<program::ProgTemplate> xdp,
           OnTraced on_traced);

  // Traces every program that was not there at the last call. One that cannot be traced is named
  // on stderr and left alone.
  void attach_new(const OnProgress& on_progress);
  // The same, if some time has passed since; cheap when there is nothing new.
  void look_again();

  [[nodiscard]] size_t count() const { return traced_.size(); }
  // Of those that are traced, as in the events.
  [[nodiscard]] std::vector<std::string_view> names() const;
  [[nodiscard]] size_t skipped() const { return skipped_; }
  // Hits of a traced program inside another one's, which the kernel does not run.
  [[nodiscard]] program::MissCounts missed() const;

 private:
  struct Traced {
    program::ProgPair programs;
    UniqueFd entry_link;
    UniqueFd exit_link;
    std::string name;  // as in the events
  };

  [[nodiscard]] std::vector<BpfProg> find_new();
  [[nodiscard]] Result<Traced> attach(const BpfProg& prog) const;
  [[nodiscard]] const program::ProgTemplate* template_for(program::ProgKind kind) const {
    return kind == program::ProgKind::Tc ? tc_.get() : xdp_.get();
  }

  std::unique_ptr<program::ProgTemplate> tc_;
  std::unique_ptr<program::ProgTemplate> xdp_;
  OnTraced on_traced_;
  std::vector<Traced> traced_;
  size_t skipped_ = 0;
  uint32_t last_id_ = 0;  // ids only grow: idr_alloc_cyclic() in bpf_prog_alloc_id()
  std::chrono::steady_clock::time_point last_look_;
};

// As the events name it: "from_container(tc)".
[[nodiscard]] std::string traced_name(const BpfProg& prog);

// Nothing for a BPF_PROG_TYPE_* that is not traced.
[[nodiscard]] std::optional<program::ProgKind> kind_of(uint32_t type);
// "tc" or "xdp".
[[nodiscard]] std::string_view name_of(program::ProgKind kind);

}  // namespace pwru::probe
