// SPDX-License-Identifier: Apache-2.0
// Text that JSON can hold: names of processes and devices may be any bytes.
#pragma once

#include <string>
#include <string_view>

namespace pwru::output {

// `text` itself when it is UTF-8, else a copy in `room` with U+FFFD for each byte that is not.
[[nodiscard]] std::string_view to_utf8(std::string_view text, std::string& room);

}  // namespace pwru::output
