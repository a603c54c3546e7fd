// SPDX-License-Identifier: Apache-2.0
// A hook on kernel functions: what all of its kinds do the same way.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "probe/hook.h"
#include "probe/links.h"
#include "probe/plan.h"

namespace pwru::probe {

class FunctionHook : public Hook {
 public:
  explicit FunctionHook(Plan plan) : plan_(std::move(plan)) {}

  [[nodiscard]] std::string_view sites() const override { return "functions"; }
  // Of what it has programs for that can be asked whether they ran.
  [[nodiscard]] virtual const Plan& plan() const { return plan_; }
  [[nodiscard]] Result<Attached> attach(const OnProgress& on_progress) override;
  // More functions for programs that are attached already.
  [[nodiscard]] virtual Result<Attached> attach_more(Plan more);
  [[nodiscard]] program::MissCounts missed() const override { return missed_by(links_); }
  void detach(const OnProgress& on_progress) override { take_off(links_, on_progress); }

 protected:
  // A group at a time: told how many of its sites are done.
  using OnDone = std::function<void(size_t done)>;

  // Around the groups of a plan. finish() is called also after an error of attach_group().
  [[nodiscard]] virtual Result<> begin(const Plan& plan) = 0;
  virtual void finish() {}
  // Returns early after a request to stop.
  [[nodiscard]] virtual Result<> attach_group(const Group& group, const OnDone& on_done,
                                              Attached& attached) = 0;
  // The same for a program that is attached already.
  [[nodiscard]] virtual Result<> add_to_group(const Group& group, Attached& attached) {
    return attach_group(
        group, [](size_t) {}, attached);
  }

  // Of those that are attached.
  Links links_;

 private:
  [[nodiscard]] Result<> attach_groups(const OnProgress& on_progress, Attached& attached);

  Plan plan_;
};

// fprobe: one link for each program, all addresses in one call (5.18).
[[nodiscard]] std::unique_ptr<FunctionHook> make_kprobe_multi(Plan plan);
// Trampolines (7.2), in the same way, and kprobe-multi for what they refuse.
[[nodiscard]] std::unique_ptr<FunctionHook> make_fentry_multi(Plan plan);
// kprobes as siblings of one trace event for each program; fails without a tracefs to write to, and
// leaves the plan alone then.
[[nodiscard]] Result<std::unique_ptr<FunctionHook>> make_kprobe_events(Plan& plan);
// One perf event for each address, `batch` of them by one thread at a time; slow to take off.
[[nodiscard]] std::unique_ptr<FunctionHook> make_kprobe_pmu(Plan plan, unsigned batch);

// Removes the events and puts back the settings of tracers that were killed with their guards.
void clean_up_after_the_dead();

// For a group of which the kernel took no probe; `code` is why it refused the last one. An error,
// unless it is about the address of one function, which is left out, and no ids end there.
[[nodiscard]] Result<> check_refused_group(std::string_view program, const Group& group, int code);
// Whether an error of the kernel is about this address; any other one is about all of them.
[[nodiscard]] bool is_about_one_address(int code);
// Whether a call that takes many functions would fail for each of them too: rights, memory, files.
[[nodiscard]] bool is_about_all(int code);
// The key in Attached::left_out.
[[nodiscard]] std::string refused_reason(int code);

}  // namespace pwru::probe
