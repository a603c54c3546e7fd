// SPDX-License-Identifier: Apache-2.0
// Loads the tracer for a trace that is prepared, by the way that this kernel takes.
#pragma once

#include <fmt/core.h>

#include <cerrno>

#include "base/log.h"
#include "base/result.h"
#include "cli/options.h"
#include "plan/prepare.h"
#include "program/tracer.h"

namespace pwru {

// What copies lack as well: memory, descriptors, room in files.
[[nodiscard]] constexpr bool is_short_of_means(int code) {
  return code == ENOMEM || code == EMFILE || code == ENFILE || code == EFBIG;
}

// What load() returns. When it fails, it is called once more after copy_instead(), where that may
// help. A trial cast says little of whole programs, so any refusal counts.
template <class Load, class CopyInstead>
[[nodiscard]] auto load_or_copy(bool may_copy, const Load& load, const CopyInstead& copy_instead)
    -> decltype(load()) {
  auto loaded = load();
  if (loaded || !may_copy || is_short_of_means(loaded.error().code)) return loaded;
  log_warn("{}; so kernel memory is not read by plain loads (bpf_rdonly_cast), and copied instead",
           loaded.error().what);
  PWRU_TRY(copy_instead());
  return load();
}

// `prepared` is what is loaded: it changes when the kernel refuses the programs with plain loads.
[[nodiscard]] Result<program::Tracer> load_tracer(const cli::Options& options,
                                                  plan::Prepared& prepared);

}  // namespace pwru
