// SPDX-License-Identifier: Apache-2.0
// From the options to the output: where it goes, in which format, with which structs.
#pragma once

#include <memory>
#include <optional>

#include "cli/options.h"
#include "expr/values.h"
#include "kernel/btf.h"
#include "output/file/target.h"
#include "output/sink.h"
#include "resolve/dumps.h"
#include "resolve/names.h"

namespace pwru {

// Opened before anything is attached, so that a bad path costs nothing.
[[nodiscard]] Result<output::Target> open_output(const cli::Options& options);

// Text or JSON; `metadata` prints the values of expressions. `target` and `names` must outlive it.
[[nodiscard]] Result<std::unique_ptr<output::Sink>> make_sink(const cli::Options& options,
                                                              output::Target& target,
                                                              resolve::Names& names,
                                                              const kernel::Btf& btf,
                                                              resolve::Metadata metadata);

}  // namespace pwru
