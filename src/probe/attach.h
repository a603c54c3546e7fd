// SPDX-License-Identifier: Apache-2.0
// Attaching a plan to the kernel, one class a backend, and taking it off again.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/handle.h"
#include "base/result.h"
#include "kernel/functions.h"
#include "probe/plan.h"
#include "program/misses.h"

namespace pwru::probe {

struct Attached {
  std::vector<BpfLink> links;
  std::vector<const bpf_program*> programs;  // of each link
  UniqueFd copies;   // a bpffs with further links: when it closes, the kernel takes them off
  size_t count = 0;  // addresses that are probed
  kernel::LeftOut left_out;     // what the kernel refused, by its reason
  bool is_interrupted = false;  // the user asked to stop half way

  void add(BpfLink link, const bpf_program* program);
  // What the links say (6.7); nothing where the kernel cannot tell.
  [[nodiscard]] program::MissCounts missed() const;
};

// Takes a link off. When a stop is urgent the kernel does it as the process ends, which may take
// as long, but after all was said.
void take_off(BpfLink& link);

// Told how many addresses are done.
using OnProgress = std::function<void(size_t)>;

class Backend {
 public:
  virtual ~Backend() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  // An address that cannot be probed is left out and counted; what stops everything is an error.
  [[nodiscard]] virtual Result<Attached> attach(const Plan& plan,
                                                const OnProgress& on_progress) = 0;
  // More functions for programs that are attached already; `attached` then has them too.
  [[nodiscard]] virtual Result<> attach_more(const Plan& plan, Attached& attached);
  virtual void detach(Attached attached, const OnProgress& on_progress) = 0;
  // Hits that the kernel could not hand to a program, as far as it tells.
  [[nodiscard]] virtual program::MissCounts missed(const Attached& attached) const {
    return attached.missed();
  }
};

// fprobe: one link for each program, all addresses in one call (5.18).
[[nodiscard]] std::unique_ptr<Backend> make_kprobe_multi();
// kprobes as siblings of one trace event for each program; fails without a tracefs to write to.
[[nodiscard]] Result<std::unique_ptr<Backend>> make_kprobe_events();
// One perf event for each address, `batch` of them by one thread at a time; slow to take off.
[[nodiscard]] std::unique_ptr<Backend> make_kprobe_pmu(unsigned batch);

// Removes the events and puts back the settings of tracers that were killed with their guards.
void clean_up_after_the_dead();

// The fexit programs that follow clones; what the kernel refuses is counted. They go away a moment
// after `attached` has gone.
void attach_copies(const std::vector<bpf_program*>& programs, Attached& attached);

}  // namespace pwru::probe
