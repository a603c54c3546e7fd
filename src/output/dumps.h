// SPDX-License-Identifier: Apache-2.0
// The structs that are printed whole and the expressions, for every sink.
#pragma once

#include <optional>

#include "expr/values.h"
#include "output/shared_info_text.h"
#include "output/struct_text.h"

namespace pwru::output {

// Each is there when it was asked for.
struct Dumps {
  std::optional<StructText> skb;
  std::optional<SharedInfoText> shared_info;
  std::optional<expr::ValueText> values;
};

}  // namespace pwru::output
