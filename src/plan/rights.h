// SPDX-License-Identifier: Apache-2.0
// Which privileges a trace takes: asked for at start, named when they are missing.
#pragma once

#include <cerrno>
#include <utility>

#include "base/result.h"
#include "cli/options.h"

namespace pwru::plan {

// What this process lacks for what was asked for; the end of a sentence.
[[nodiscard]] std::string missing_rights(const cli::Options& options, bool attaches_kprobes);

// An error of the kernel that says "not permitted" gets all that is missing behind it.
template <class T>
[[nodiscard]] Result<T> or_missing_rights(Result<T> result, const cli::Options& options,
                                          bool attaches_kprobes = false) {
  if (!result && (result.error().code == EPERM || result.error().code == EACCES))
    result.error().what += missing_rights(options, attaches_kprobes);
  return result;
}

// Features that would be silent without a privilege: an error where nothing would be seen, a
// warning where something is missing.
[[nodiscard]] Result<> check_rights(const cli::Options& options);

}  // namespace pwru::plan
