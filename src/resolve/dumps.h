// SPDX-License-Identifier: Apache-2.0
// The structs that are printed whole and the expressions, for every sink.
#pragma once

#include <optional>

#include "event/event.h"
#include "expr/values.h"
#include "resolve/shared_info_text.h"
#include "resolve/struct_text.h"

namespace pwru::resolve {

// The values of the user's expressions; none of a kind when none were asked for.
struct Metadata {
  std::optional<expr::ValueText> skb;
  std::optional<expr::ValueText> xdp;  // for the events of XDP programs

  // Those of this event, if it has any.
  [[nodiscard]] expr::ValueText* of(const event::Event& event) {
    const bool is_xdp = event.type == PWRU_EVENT_XDP_ENTRY || event.type == PWRU_EVENT_XDP_EXIT;
    auto& values = is_xdp ? xdp : skb;
    return values && !event.expr_bytes.empty() ? &*values : nullptr;
  }
};

// Each is there when it was asked for.
struct Dumps {
  std::optional<StructText> skb;
  std::optional<SharedInfoText> shared_info;
  Metadata metadata;
};

}  // namespace pwru::resolve
