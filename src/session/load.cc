// SPDX-License-Identifier: Apache-2.0
#include "session/load.h"

#include <algorithm>
#include <string>
#include <vector>

#include "plan/rights.h"

namespace pwru {

Result<program::Tracer> load_tracer(const cli::Options& options, plan::Prepared& prepared) {
  const auto load = [&] {
    const std::string btf_path = prepared.kernel.btf_file ? prepared.kernel.btf_file->path() : "";
    return plan::or_missing_rights(program::Tracer::load(prepared.plan, btf_path), options);
  };
  // The filters are other ones too, so all is prepared anew.
  const auto copy_instead = [&]() -> Result<> {
    const std::vector<std::string> said = std::move(prepared.plan.warnings);
    PWRU_ASSIGN(prepared, plan::prepare(options, plan::Reading::Copies));
    for (const std::string& warning : prepared.plan.warnings)
      if (std::ranges::find(said, warning) == said.end()) log_warn("{}", warning);
    return {};
  };
  // A kernel that is locked down forbids the copies.
  const bool may_copy = prepared.plan.uses_cast && !prepared.plan.is_locked_down;
  return load_or_copy(may_copy, load, copy_instead);
}

}  // namespace pwru
