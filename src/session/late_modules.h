// SPDX-License-Identifier: Apache-2.0
// Modules that are loaded while pwru listens: their functions are attached too.
#pragma once

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "kernel/btf/btf.h"
#include "kernel/drop_reasons.h"
#include "kernel/proc/modules.h"
#include "kernel/symbols/functions.h"
#include "plan/find_functions.h"
#include "probe/function_hook.h"
#include "probe/plan.h"
#include "program/tracer.h"
#include "resolve/names.h"

namespace pwru {

// What the output knows of modules. It must outlive the hook.
struct KnownModules {
  kernel::Functions& functions;
  plan::KnownSymbols& known;
  kernel::DropReasons& reasons;
  resolve::Names& names;

  [[nodiscard]] bool has_function(uint64_t address) const;
  void learn(const std::vector<kernel::ModuleBtf>& modules,
             const std::vector<kernel::Function>& found) const;
  void learn_symbols(kernel::Symbols symbols) const;
  // Its addresses may be those of another module soon.
  void forget(const std::string& module) const;
};

// A hook that adds functions to another one. `hook` and whatever is a reference must outlive it.
class LateModules : public probe::Hook {
 public:
  // `watch` is from before the functions were looked for, so that none is missed in between.
  // Opens what it takes: later there are no privileges.
  LateModules(const cli::Options& options, const kernel::Btf& vmlinux, KnownModules known,
              program::Tracer& tracer, probe::FunctionHook& hook, kernel::ModuleWatch watch)
      : options_(options),
        vmlinux_(vmlinux),
        known_(known),
        tracer_(tracer),
        hook_(hook),
        watch_(std::move(watch)),
        files_(plan::open_symbol_files()) {}

  std::string_view name() const override { return "modules"; }
  Result<probe::Attached> attach(const probe::OnProgress&) override { return probe::Attached{}; }
  // Does something if some time has passed since the last call. A thread searches the functions of
  // new modules, because that takes long; a later call attaches them.
  void poll() override;
  // Waits for the search.
  void detach(const probe::OnProgress&) override { search_ = {}; }

 private:
  struct Found {
    std::string modules;  // that have BTF: "vxlan", "vxlan, udp_tunnel"
    std::string why_not;  // they cannot be traced; "" when they can
    std::vector<kernel::ModuleBtf> btf;
    kernel::Functions functions;
    kernel::Symbols symbols;  // all of the kernel
  };

  void look_for_changes();
  void forget_gone();
  // `modules`: those that have BTF; without any, symbols are all that is looked for.
  void search(std::vector<std::string> modules);
  [[nodiscard]] Result<Found> find(const std::vector<std::string>& modules) const;
  [[nodiscard]] std::optional<probe::Plan> plan_of(Found& found);
  Result<> attach_found(Result<Found> result);
  [[nodiscard]] std::vector<kernel::Site> nft_sites_of(
      const std::vector<kernel::ModuleBtf>& modules, const kernel::Symbols& symbols) const;
  [[nodiscard]] kernel::Xtables xtables_of(const std::vector<kernel::ModuleBtf>& modules,
                                           const kernel::Symbols& symbols) const;
  [[nodiscard]] std::vector<kernel::Function> take_attachable(kernel::Functions& functions);

  const cli::Options& options_;
  const kernel::Btf& vmlinux_;
  KnownModules known_;
  program::Tracer& tracer_;
  probe::FunctionHook& hook_;
  kernel::ModuleWatch watch_;
  plan::SymbolFiles files_;
  std::vector<std::string> gone_;  // modules that were unloaded, and are not forgotten yet
  std::chrono::steady_clock::time_point last_look_;
  std::future<Result<Found>> search_;
};

}  // namespace pwru
