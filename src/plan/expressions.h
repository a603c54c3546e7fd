// SPDX-License-Identifier: Apache-2.0
// The expressions that the options hold, compiled for both kinds of packets.
#pragma once

#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "expr/compile.h"
#include "expr/module_types.h"
#include "kernel/btf.h"

namespace pwru::plan {

struct Expressions {
  expr::KnownTypes types;  // what the values are made of
  expr::Program skb;
  expr::Program xdp;
};

// `vmlinux` must outlive the result.
[[nodiscard]] Result<Expressions> compile_expressions(const cli::Options& options,
                                                      const kernel::Btf& vmlinux);

}  // namespace pwru::plan
