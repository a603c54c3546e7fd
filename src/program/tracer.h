// SPDX-License-Identifier: Apache-2.0
// The loadable object: filters linked in, constants set, programs picked, verified by the kernel.
#pragma once

#include <bpf/libbpf.h>

#include <memory>
#include <optional>
#include <string>

#include "abi/ring.h"
#include "base/handle.h"
#include "base/mapping.h"
#include "base/result.h"
#include "event/counters.h"
#include "event/source.h"
#include "kernel/symbols/functions.h"
#include "plan/plan.h"
#include "program/counters.h"
#include "program/misses.h"
#include "program/programs.h"

namespace pwru::program {

class Tracer {
 public:
  // An error names the program and, in one line, what the verifier or libbpf said.
  // `btf_path`: the kernel's types, "" for those of the running kernel.
  [[nodiscard]] static Result<Tracer> load(const plan::Plan& plan, const std::string& btf_path);

  [[nodiscard]] const Programs& programs() const { return programs_; }
  // Whether a program that is loaded can show this function, which was found later. The programs
  // know those functions after publish_functions().
  [[nodiscard]] bool can_trace(const kernel::Function& function);
  [[nodiscard]] Result<> publish_functions() const;

  // Another object may share it; -1 when there is none of that name.
  [[nodiscard]] int map_fd(const char* name) const;
  // What the programs write, which were loaded with these constants. The tracer must outlive it.
  [[nodiscard]] Result<std::unique_ptr<event::Source>> make_source(const pwru_config& config) const;
  // Hits inside another probe's program.
  [[nodiscard]] MissCounts missed() const;
  // Programs that are still attached follow nothing more.
  void end_tracking() const { __atomic_store_n(&shared_->is_over, 1, __ATOMIC_SEQ_CST); }
  // Adds what the programs could not keep: identities, call stacks, lists, look-ups. Walks through
  // maps.
  void add_losses(event::Counters& counters) const {
    refresh_counters();
    program::add_losses(*object_, *shared_, counters);
  }

 private:
  [[nodiscard]] Result<> load_fentry_multi(const plan::Plan& plan, const std::string& btf_path);

  // The same object once more, for the functions where packets die.
  [[nodiscard]] Result<> load_deaths(const std::string& unlinked, const plan::Plan& plan,
                                     const std::string& btf_path);

  [[nodiscard]] event::Reader make_reader(const pwru_config& config) const;
  // Where they are not mapped.
  void refresh_counters() const;

  BpfObject object_;
  BpfObject deaths_;        // shares the maps of the first one, as the next one does
  BpfObject fentry_multi_;  // shares the maps of the other one; none where it is not used
  Programs programs_;
  std::optional<plan::ArgTable> arg_table_;
  Mapping ring_memory_;            // one ring of config.ring_bytes a possible CPU, by CPU number
  pwru_shared* shared_ = nullptr;  // live: both sides read and write this memory, if it is mapped
  bool maps_rings_ = true;
};

}  // namespace pwru::program
