// SPDX-License-Identifier: Apache-2.0
// What a line of text holds, as the user asked for it.
#pragma once

#include <cstddef>

#include "output/time_column.h"

namespace pwru::output {

struct TextStyle {
  TimeColumn time = TimeColumn::None;
  bool has_meta = true;
  bool has_tuple = true;
  bool has_tcp_flags = false;
  bool has_caller = false;
  bool has_tunnel = false;
  bool has_id = false;
  bool has_cb = false;
  size_t netns_name_width = 0;  // 0: no such column
  bool uses_color = false;
  // The packet has a line of its own, which is printed when it has changed, above its functions.
  bool is_narrow = false;
};

}  // namespace pwru::output
