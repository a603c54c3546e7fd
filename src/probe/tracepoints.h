// SPDX-License-Identifier: Apache-2.0
// The hook on raw tracepoints. Each has a program of its own: before 6.10 a raw tracepoint has no
// cookie by which one program could tell several of them apart.
#pragma once

#include <memory>
#include <vector>

#include "base/handle.h"
#include "plan/tracepoints.h"
#include "probe/hook.h"
#include "program/prog_template.h"

namespace pwru::probe {

class Tracepoints : public Hook {
 public:
  Tracepoints(plan::TracepointSites sites, std::unique_ptr<program::ProgTemplate> programs)
      : sites_(std::move(sites)), programs_(std::move(programs)) {}

  [[nodiscard]] std::string_view name() const override { return "tracepoint"; }
  [[nodiscard]] std::string_view sites() const override { return "tracepoints"; }
  [[nodiscard]] Result<Attached> attach(const OnProgress& on_progress) override;
  // Hits inside the same tracepoint's program, which the kernel does not run.
  [[nodiscard]] program::MissCounts missed() const override;
  void detach(const OnProgress& on_progress) override;

 private:
  struct Traced {
    UniqueFd program;
    UniqueFd link;
    std::string name;  // as in the events
  };

  [[nodiscard]] Result<> attach_one(const plan::TracepointSite& site, Attached& attached);

  plan::TracepointSites sites_;
  std::unique_ptr<program::ProgTemplate> programs_;
  std::vector<Traced> traced_;
};

}  // namespace pwru::probe
