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
#include "kernel/btf.h"
#include "kernel/drop_reasons.h"
#include "kernel/functions.h"
#include "kernel/modules.h"
#include "plan/find_functions.h"
#include "probe/attach.h"
#include "program/tracer.h"
#include "resolve/names.h"

namespace pwru {

class LateModules {
 public:
  // What the trace is made of; all of it must outlive this object.
  struct Trace {
    const cli::Options& options;
    const kernel::Btf& vmlinux;
    plan::KnownSymbols& known;
    kernel::DropReasons& reasons;
    kernel::Functions& functions;
    resolve::Names& names;
    const program::Tracer& tracer;
    std::optional<plan::ArgTable>& arg_table;
    probe::Backend& backend;
    probe::Attached& attached;
    bool unwinds = false;
  };

  // `watch` is from before the functions were looked for, so that none is missed in between.
  // Opens what it takes: later there are no privileges.
  LateModules(Trace trace, kernel::ModuleWatch watch)
      : trace_(trace), watch_(std::move(watch)), files_(plan::open_symbol_files()) {}

  // If some time has passed since the last call: what is new is searched for by a thread, which
  // takes long, and attached by a later call.
  void look_again();

 private:
  struct Found {
    std::string modules;  // "vxlan", "vxlan, udp_tunnel"
    std::vector<kernel::ModuleBtf> btf;
    plan::ModuleFunctions functions;
  };

  void look_for_changes();
  void forget_gone();
  void forget(const std::string& module);
  void search(std::vector<std::string> modules);
  Result<> attach(Result<Found> result);
  [[nodiscard]] std::vector<kernel::Function> take_attachable(kernel::Functions& functions);

  Trace trace_;
  kernel::ModuleWatch watch_;
  plan::SymbolFiles files_;
  std::vector<std::string> gone_;  // and not forgotten yet
  std::chrono::steady_clock::time_point last_look_;
  std::future<Result<Found>> search_;
};

}  // namespace pwru
