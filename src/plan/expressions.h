// SPDX-License-Identifier: Apache-2.0
// The expressions that the options hold, compiled for both kinds of packets.
#pragma once

#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "expr/compile.h"
#include "expr/module_types.h"
#include "kernel/btf/btf.h"
#include "knowledge/fact.h"

namespace pwru::plan {

struct Expressions {
  expr::KnownTypes types;  // what the values are made of
  expr::Program skb;
  std::string on_object;  // pwru_on_expr(), of --on
  expr::Program xdp;
  // With --drops and --why, what is read for the diagnosis: the last values of `skb`, and all of
  // `socket`.
  std::vector<knowledge::Fact> read;
  expr::Program socket;  // only values
};

// `vmlinux` must outlive the result. `may_copy`: programs may copy kernel memory; without it
// nothing is read for the diagnosis.
[[nodiscard]] Result<Expressions> compile_expressions(const cli::Options& options,
                                                      const kernel::Btf& vmlinux, bool may_copy);

}  // namespace pwru::plan
